"""Pictures as residents send them, drawn here with nobody in them: a prescription, a ward's notice, a plea passed on."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
)
FONT = next((one for one in _FONTS if Path(one).is_file()), "")
"""A font with Chinese characters; "" where there is none to draw with."""

PRESCRIPTION = (
    "上海市第六人民医院", "处方笺", "姓名：王秀英　女　78岁", "科室：肾内科　2022年4月3日", "诊断：慢性肾功能衰竭",
    "碳酸钙片　0.5g　每日3次", "百令胶囊　2g　每日3次", "甲钴胺片　0.5mg　30片", "医师：陈立",
)  # fmt: skip
NOTICE = (
    "通知", "各位患者：", "因疫情防控需要，我院血透室自4月5日起", "暂停收治，血透患者请联系所在街道。",
    "咨询电话：021-64369181", "上海市徐汇区中心医院", "2022年4月4日",
)  # fmt: skip
PLEA = (
    "求助！！", "我外婆尿毒症，三天没透析了，", "现在喘不上气，医院不收。", "地址：浦东新区三林镇牡丹路60弄5号502室",
    "联系人：李女士 13800005678", "麻烦大家帮忙转发，谢谢！",
)  # fmt: skip


def page(
    lines: tuple[str, ...], size: int = 44, width: int = 1080, ground: str = "white", ink: str = "black"
) -> Image.Image:
    font = ImageFont.truetype(FONT, size)
    image = Image.new("RGB", (width, int(size * 1.7 * (len(lines) + 2))), ground)
    draw = ImageDraw.Draw(image)
    for place, line in enumerate(lines):
        draw.text((60, int(size * (1 + 1.7 * place))), line, font=font, fill=ink)
    return image


def rough(image: Image.Image) -> Image.Image:
    """Held askew, out of focus, in bad light."""
    turned = image.rotate(2.5, expand=True, fillcolor="#b9b2a5", resample=Image.Resampling.BICUBIC)
    soft = turned.filter(ImageFilter.GaussianBlur(1.1))
    return Image.blend(soft, Image.effect_noise(soft.size, 40).convert("RGB"), 0.18)


def jpeg(image: Image.Image, quality: int = 80) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def every() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Name → picture and what is written on it."""
    return {
        "prescription": (jpeg(page(PRESCRIPTION)), PRESCRIPTION),
        "prescription, rough": (jpeg(rough(page(PRESCRIPTION, 40, 1000)), 60), PRESCRIPTION),
        "notice": (jpeg(page(NOTICE, 54, 1300)), NOTICE),
        "screenshot, small and dark": (jpeg(page(PLEA, 26, 750, "#111", "#ddd"), 70), PLEA),
        "photo of 3000 pixels": (jpeg(page(PLEA, 110, 3000)), PLEA),
        "nothing but noise": (jpeg(Image.effect_noise((1200, 900), 60).convert("RGB")), ()),
    }
