"""Words of addresses: how names end, what is no name, whom a name may be taken for. Read by `address_scan`."""

import re

from classifiers.matching import one_of, trie_source

CN = "[一二三四五六七八九十百千两零〇]"
STRONG_WORDS = """
新村 小区 花园 花苑 公寓 家园 雅苑 新苑 佳苑 名苑 嘉苑 苑 别墅 名邸 华庭 豪庭 公馆 华府 佳园 嘉园 名园 馨园 景园 街坊 生活区
住宅区 一村 二村 三村 四村 五村 六村 七村 八村 九村 十村 花城 新寓 名都 名门 锦园 逸园 丽园 绿苑 雅园 佳城
"""
# These end other words too; they need an address beside them.
WEAK_WORDS = """
村 队 宅 组 城 里 坊 庭 府 湾 园 大厦 大楼 广场 酒店 宾馆 旅馆 旅社 医院 养老院 敬老院 护理院 福利院 幼儿园 小学 中学 大学
学院 学校 校区
体育馆 体育场 文化馆 公园 商场 火车站 地铁站 码头 渡口 安置点 避难点 卫生院 菜场
宿舍 工地 工业园 园区 市场 商城 寓 中心 总部 国际 天地 邸 居 阁 轩 台 岛 都会
"""
STRONG, WEAK = tuple(STRONG_WORDS.split()), tuple(WEAK_WORDS.split())
ROAD_ENDS = ["公路", "大道", "路", "街", "大街"]
COMMITTEE_ENDS = ("居委会", "居委", "居民区", "村委会", "村委", "社区")
TOWN_ENDS = ("镇", "乡", "街道", "开发区", "工业区", "园区")
MARKS = (*STRONG, *WEAK, *ROAD_ENDS, *COMMITTEE_ENDS, *TOWN_ENDS)
ESTATE_ENDS = frozenset((*STRONG, *WEAK))
MARK = re.compile(trie_source(MARKS))
MARK_START = one_of(mark[0] for mark in MARKS)
PHASE = re.compile(
    rf"第?[一二三四五六七八九十\d]{{1,2}}期|[东南西北中][区苑坊里]?(?![一-鿿]*[路街]|楼)|{CN}[区街坊]+坊?|[A-Da-d]区"
    rf"|第?(?:\d{{1,2}}|{CN}{{1,2}})(?:村民小)?[组队](?=\d|[^一-鿿]|$)"
)
NOT_DISTRICT = re.compile(
    "机|医|人|菜|寺|校区|路|支路|[东南西北中一二三]路|街|镇|大道|公路|站|体育|公园|图书|新城|工业|新村|小区|花园|公寓|家园|别墅|大厦|大楼"
)
# Words of a sentence, in no name: 这很不符合城…
SENTENCE = re.compile("[很不没说这那吗呢吧啊呀哪谁了]|无法|什么|怎么|一整|导致|希望")
TEAMS = (
    "救援",
    "消防",
    "志愿",
    "医疗",
    "施工",
    "工程",
    "采样",
    "配送",
    "维修",
    "抢修",
    "搜救",
    "抢险",
    "支援",
    "巡逻",
)
QUEUES = "排插部车站军球医"
ROAD_FOLLOWS = re.compile("[东南西北中一二三四五六]?[路街]|[大公]?道|公路")
TOUCH = re.compile(r"[\s的，,、:：(（\])】]{0,2}")
LIST = "：:，,、 \n"
# People go there; who stays there says more than the name.
DESTINATIONS = (
    "医院", "大学", "学院", "中学", "小学", "学校", "中心", "广场", "公园", "体育馆", "体育场", "商场", "火车站", "地铁站",
    "文化馆", "码头", "渡口", "卫生院", "菜场",
)  # fmt: skip
PUBLIC = ("小学", "中学", "学校", "体育馆", "体育场", "文化馆", "公园", "敬老院", "养老院", "地铁站", "火车站", "广场")
"""Called after the town they stand in (九亭中学), and where people gather in a disaster."""
VILLAGE = frozenset(("村", "宅", "队", "组", "工地", "宿舍"))
HAN = re.compile(r"[一-鿿A-Za-z·]*")
# Whose home it is: 我家仙霞新村, 我妈妈家, 外婆独居.
_WHOSE = (
    r"(?:[我你您他她咱]们?的?(?:[妈爸爷奶娘姐哥弟妹舅叔伯姑姨嫂]|老[公婆]|爱人)?|妈妈|爸爸|爷爷|奶奶|外公|外婆|阿婆|公公|婆婆|姆妈|爷娘"
    r"|姐姐|哥哥|弟弟|妹妹|舅舅|叔叔|伯伯|姑姑|阿姨|女儿|儿子|岳父|岳母|邻居|朋友|同事|亲戚|父亲|母亲|老人|父母)"
)
# What stands before a name without being part of it.
LEADING = re.compile(
    rf".*(?:{_WHOSE}(?:家里?|屋里|这里|那里|这边|那边|小区|楼|独居|一个人|一人)+|{_WHOSE}"
    r"|住在|家住|住址|地址|坐标|位于|居住于|居住在|居住|现住|住于|现居|地点|收货|送到|分别|附近|对面|隔壁|旁边|来自|上海市|上海|小区内"
    r"|靠近|临近|紧靠|挨着|人在|困在|隔离在|求助|需要|消毒|配送至|配送到|配送|前往|我们|咱们|求|本人|患者|老人|父母|家里|家在|这里|这边|就在|[在住到的是我您你他她给送去您此某至从因为请但却被把和跟与及或])",
    re.DOTALL,
)
NO_NAME = re.compile(
    r"(?:反映|投诉|举报|咨询|建议|希望|关于|[想问要请]|整个|老旧?|旧|本|该|这个?|那个?|全|各|每个?|哪个?|别的|其他|隔壁|邻|独|对面|自己|出|进出?|封控|所在|居住|附近|同|我们|某|一个|几个|个|封闭|管控|防范|因|由于"
    r"|次|上|读|念|考|送|进|到|外地|农村|网上|线上|大|小|多|有|无|没有|旁边|全市|市|医|就医|住院|方舱|定点|隔离|社区|三甲|去|回|家|屋|房间|手机|城|夜|心|公|私|哪|这|那|电|店|超市|群|楼|车|箱|袋|嘴|眼|肚子|手|身体|朋友圈|圈)+"
)
SAID = re.compile("[岁天口人月日号户了好下救里封车妈爸师不在叫没有是我你他她急等问拿断收管家次者]")
"""In words before a listed estate: they end what was said without a mark (我爸80岁仙霞新村), and are no developer's name."""
NO_INSIDE = re.compile(
    r"(?:[房箱柜店群心夜手嘴水河池井袋包盒车屋]|小区|医院|电话|电梯|阳台|仓库|客厅|厕所|卫生间|楼道|学校|单位|公司|宿舍|酒店|方舱|院子|地下室|车库"
    r"|家|城|村|锅|微信|新闻|视频|照片|肚子|身体|眼睛|脑子)$"
)
"""What one is inside of, and no name of an estate: 厨房里."""
TERRACES = "阳窗灶柜前后平电站舞露吧"
"""Characters before 台 that make a part of a house, or a counter, of it."""
NO_COMMITTEE = re.compile(
    "刚|才|今|昨|明天|前天|现在|早上|上午|下午|晚上|后来|然后|结果|已经|一直|总算|终于|联系|问过|打[给过了]|找[过了]|告诉|反映|问|说|叫|让|被|当时|这边|那边|他们"
)
NO_ROAD = re.compile(
    r".*(?:网|马|道|思|线|电|铁|走|销|出|一|高速公|高速|上|问|回|半|条|门|后|前|活|没|绝|无|末|心|通|让|同|弯|陌|天|水|陆|跑|迷|引|带|修"
    r"|沿|顺|过|公|认识|认得|什么|啥|哪条|十字|丁字|三岔|岔)"
)
PART_OF_ESTATE = re.compile(r"第?[一二三四五六七八九十\d]{1,2}(?:街坊|小区|村|区|期|坊)")
BETWEEN = " ,，、"
HAN_NEXT = re.compile(r"[一-鿿]")
HOUSE = re.compile(r"\s?\d{1,4}\s?(?:号|幢|栋|楼|弄|-)")
LONGEST_NAME = 12
