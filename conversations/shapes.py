"""Of which cues an expression is made and what stands between them: figures, marks and gaps, which are grammar. Pure."""

KIN = (
    "father", "mother", "grandfather", "grandmother", "husband", "wife", "child", "brother", "sister", "neighbour", "other",
)  # fmt: skip
"""Whom a text may name; the rows of each are the cue `kin_…`."""
THINGS = ("food", "baby", "dialysis", "cancer", "medicine", "oxygen", "test", "stay", "utility")
"""What may be wanting; the rows of each are the cue `thing_…`."""

STARTS = "kin_starts"
_UNDER_FOURTEEN = "[4-9四五六七八九十]|1[0-3]|十[一二三]"
_OLDER = r"1[4-9]|[2-9]\d|十[四五六七八九]|[二三四五六七八九]十"
_DAYS = r"(?P<count>\d{1,3}|[一二两三四五六七八九十])(?P<unit>天|个?星期|个?礼拜|周|个?月)"
_WHOSE = r"(?:电话)?给?[我他她你]?(?:们|家)?的?(?:%(person)s|%(unit)s)的?(?:那个?|%(label)s)?"
SHAPES = {
    "illness": r"(?:[他她我您]|[我他她]?[爸妈爷奶外公婆老]{1,3})?\s*(?:%(illness_had)s)?"
    r"(?:[\s、，,和]*(?:%(illness)s))+(?:病?史)?[。.]?",
    "better": "[^，,。；;不没勿弗未又]{0,6}(?:%(better)s)[了啊呀哦呢的。.!！~～]*",
    "of_harm": "%(harm_body)s|%(harm_event)s",
    "of_body": "%(harm_body)s|%(person)s|[他她伊病孕产药]",
    "threat": "(?:%(threat_who)s)(?:%(threat_deed)s)",
    # The look-ahead lets the engine step over other characters without trying eleven branches at each of them.
    "kin": f"(?=[%({STARTS})s])(?:{'|'.join(f'(?P<{one}>%(kin_{one})s)' for one in KIN)})",
    "thing": "|".join(f"(?P<{one}>%(thing_{one})s)" for one in THINGS),
    "moreover": "[，,。 ]*(?:%(moreover)s)",
    "not_to_ring": "(?:%(not_ring)s)(?:%(that_number)s)"
    "|(?:%(that_number)s)(?:已经|都|现在|就|是|也)*(?:%(number_dead)s|%(number_unreached)s)",
    "before_dead": rf"(?:%(not_ring)s)(?:{_WHOSE}|%(that_number)s)?\s*$",
    # 135… 不要打136…, 不要打我妈的: what must not be rung stands behind the word, and is another number.
    "after_dead": r"\W{0,2}(?:这个|那个|已经|就?是)*\s*(?:%(number_dead)s)"
    rf"(?!(?<=打)(?:%(rings_on)s|\s*(?:%(that_number)s)?\s*\d|{_WHOSE}(?:$|[\s，,。；;\d])))",
    "of_before": "(?:%(told_how)s)*(?:(?:%(told_when)s)*(?:%(settled)s)|%(not_come)s)",
    "unit_says": "(?:%(unit)s).{0,8}(?:%(unit_answers)s)",
    "child": f"我(?:%(age_said)s)*(?:{_UNDER_FOURTEEN})周?岁(?!的|多的)|%(child)s",
    "grown": f"我(?:今年)?(?:{_OLDER})|%(grown)s",
    "number_label": "(?:(?:%(label_whose)s)的?)?(?:联系)?(?:%(label)s)(?:号码|号)?(?:是|为)?",
    "bare_label": "(?:.{1,3}的|联系|家庭|现)?(?:%(contact_label)s)(?:号码|号)?是?",
    "gone": "(?:%(gone_when)s){0,2}就?(?:%(gone)s)了[。！!]?",
    "days_alone": f"(?:%(days_about)s){{0,2}}(?:%(days_have)s)?{_DAYS}(?:的?量)?[。了吧]?",
    "days_beside": f"(?:%(days_going)s)(?:%(days_on)s){{0,3}}{_DAYS}",
    "days_last": f"(?:%(days_left)s){_DAYS}(?:的?量)?[。了吧]*$",
    "lives_elsewhere": "(?:%(person)s|[他她])[^，,。；;！!？?]{0,4}(?:%(away_home)s)|%(next_door)s",
    "writer_at": "(?:%(writer_at)s)(?:%(staying)s)*(?:%(is_at)s)$",
    "they_at": f"(?:.*)(?P<who>%(they_at)s|%(person)s|{'|'.join(f'%(kin_{one})s' for one in KIN)})"
    "[^我，,。；;]{0,4}?(?:%(staying)s)*(?:%(is_at)s)$",
    "bring_to": "(?:%(bring_to)s)$",
    "going_to": "(?:%(going_to)s)[^，,。；;家住在是]{0,14}$",
    "hospital_called": r"(?:%(hospital_called)s)[\s在的(（]*$",
    "arrived": "[ ）)]*(?:%(arrived)s)",
    "form_label": r"\s*[【\[(（]?(?:%(form_label)s)[^】\])）:：\s]{0,4}[】\])）:：]",
    "by_the_way": r"^(?:[^，,。；;\s]{0,5}(?:%(by_the_way)s)[^，,。；;\s]{0,6}[，,。；;.！!~～\s]*){1,3}$",
    "no_room": r"(?:%(no_room)s)[是有到了高才只\s:：]*$",
    "goes_there": r"\s*[里的]?(?:%(goes_there)s)",
    "goes_to_it": "(?:%(goes_to_it)s)[:：]?$",
    "is_there": "(?:%(is_there)s)了?$",
    "hospital_at": "(?:%(hospital_ends)s)(?:%(is_at)s|位于|[:：])$",
    "hospital_name": r"[^在到住，,。；;\s]{0,14}(?:%(hospital_ends)s)[。.!！]?",
    "in_district": "[在住到]\\s?(?P<district>%(district_name)s)(?!.{0,6}院)",
    "lasts": r"[\d一二三四五六七八九十两半几]|%(lasts)s",
    "no_site": r"%(no_site)s|\d{1,2}月\d{1,2}[号日]|\d{1,2}[月日天点]",
    "where_lost": "(?:%(where_unknown)s)[^，,。；;！!？?]{0,8}(?:%(whereabouts)s)"
    r"|(?:%(whereabouts)s)[^，,。；;！!？?]{0,4}(?:%(where_unknown)s)",
    "stays_at": r"(?:%(stays)s)\s?(?P<place>(?P<name>[\u4e00-\u9fffA-Za-z\d]{2,16}?)(?:%(spot_named)s)(?:%(spot_side)s)*)",
    "beside": r"[在住靠近]\s?(?P<place>\S{2,20}?(?:%(beside)s))"
    r"|(?P<landmark>(?:%(beside)s)就?[是有](?:一?[个家座所条])?[^，,。；;！!？?\s]{0,12}?(?:%(landmark)s))",
    "drug_is": r"(?:这个)?(?:药的?名?字?|药品|名字)?(?:%(drug_is)s|[:：])\s*",
    "agrees_but": r"^\W*(?:%(agrees_before)s)*\W*(?:%(agrees)s)[^，,。\s但不可只就别]{0,9}(?:[，,。\s]+(?:%(but)s)?|%(but)s)"
    r"[^，,。\s]{0,4}(?:%(tell_not)s)[^，,。]{0,4}(?:%(not_to)s)(?!.*[吗么伐?？]$)",
    "asks_back": "(?:%(asks_back)s|[?？])$",
}
