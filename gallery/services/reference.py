"""The brand's own words and places: channels, vehicles, glossary, campaigns, first templates.

Rows that are there already stay as people left them, so this may run at every start.
"""

import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from brandstudio.core.models import Campaign, GlossaryTerm, Use, Vehicle, VehicleColour
from gallery.models import CampaignChannel, Channel, PackTag, PromptTemplate, ReviewState
from gallery.services import policy

_MEGABYTE = 1_000_000
_DECLARE = (
    "发布时请使用平台的声明功能，说明内容由 AI 生成（《人工智能生成合成内容标识办法》第十条）。"
)
# Where its figures come from, in both languages.
_COMMON = {
    "source": "多处公开资料一致，未见平台官方说明；遮挡区为估计。请内容团队确认一次。",
    "source_en": (
        "Several public sources agree; the platform itself says nothing. What it covers is an "
        "estimate. The content team should confirm it once."
    ),
}
_COVER = {"source": "diwuai.com/news/15108; getpostercat.com/guides/social-image-sizes-methodology"}
_GLOBAL = {"source": "thesize.net, loopworker.com, sammapix.com, logofoundry.app, 2025–26"}
_COMPUTED = {
    "source": "A 系列纸张，毫米 × dpi / 25.4",
    "source_en": "Paper of the A series, mm × dpi / 25.4",
}
_PIXELS = {"source": "像素点对点", "source_en": "Pixel for pixel"}
# What a channel's files are for, and where they are seen.
_ONLINE = {"use": Use.ONLINE, "territory": "中国大陆"}
_WORLDWIDE = {"use": Use.ONLINE, "territory": "全球"}
_PRINTED = {"use": Use.PRINT, "territory": "中国大陆"}
_SHOWROOM = {"use": Use.EVENT, "territory": "中国大陆"}


def _poster(slug, zh, en, width, height, dpi, bleed_mm=3):
    facts = {"form": "pdf", "dpi": dpi, "bleed_mm": bleed_mm, **_COMPUTED, **_PRINTED}
    return (slug, zh, en, width, height, facts)


def _screen(slug, zh, en, width, height):
    return (slug, zh, en, width, height, {"form": "png", **_PIXELS, **_SHOWROOM})


# slug, Chinese, English, px, and what else the channel asks. Platforms change their sizes; the
# content team confirms them.
CHANNELS = (
    (
        "xiaohongshu",
        "小红书",
        "Xiaohongshu",
        1080,
        1440,
        {
            "max_bytes": 20 * _MEGABYTE,
            "covered_bottom": 8,
            "covered_top": 6,
            "declaration": _DECLARE,
            **_COMMON,
            **_ONLINE,
        },
    ),
    (
        "moments",
        "朋友圈",
        "Moments",
        1080,
        1080,
        {"declaration": _DECLARE, **_COMMON, **_ONLINE},
    ),
    (
        "wechat-cover",
        "公众号头图",
        "WeChat cover",
        900,
        383,
        {
            "max_bytes": 2 * _MEGABYTE,
            "declaration": _DECLARE,
            **_COVER,
            **_ONLINE,
        },
    ),
    (
        "douyin",
        "抖音封面",
        "Douyin cover",
        1080,
        1920,
        {
            "covered_top": 8,
            "covered_right": 14,
            "covered_bottom": 20,
            "declaration": _DECLARE,
            **_COMMON,
            **_ONLINE,
        },
    ),
    _screen("screen", "展厅大屏", "Exhibition screen", 3840, 2160),
    (
        "wechat-second",
        "公众号次条",
        "WeChat second item",
        500,
        500,
        {"max_bytes": 2 * _MEGABYTE, "declaration": _DECLARE, **_COVER, **_ONLINE},
    ),
    (
        "moments-ad",
        "朋友圈广告",
        "Moments ad",
        1280,
        960,
        {"max_bytes": 300_000, "declaration": _DECLARE, "source": "dspqq.com h-nd-759", **_ONLINE},
    ),
    (
        "video-channel",
        "视频号封面",
        "Video channel cover",
        1080,
        1260,
        {"covered_bottom": 12, "declaration": _DECLARE, **_COMMON, **_ONLINE},
    ),
    (
        "weibo",
        "微博横图",
        "Weibo wide",
        1920,
        1080,
        {"max_bytes": 20 * _MEGABYTE, "declaration": _DECLARE, **_COMMON, **_ONLINE},
    ),
    (
        "bilibili",
        "B站封面",
        "Bilibili cover",
        1146,
        717,
        {"max_bytes": 5 * _MEGABYTE, "declaration": _DECLARE, **_COMMON, **_ONLINE},
    ),
    (
        "instagram",
        "Instagram",
        "Instagram",
        1080,
        1350,
        {"max_bytes": 30 * _MEGABYTE, **_GLOBAL, **_WORLDWIDE},
    ),
    ("x", "X", "X", 1600, 900, {"max_bytes": 5 * _MEGABYTE, **_GLOBAL, **_WORLDWIDE}),
    (
        "linkedin",
        "LinkedIn",
        "LinkedIn",
        1200,
        627,
        {"max_bytes": 5 * _MEGABYTE, **_GLOBAL, **_WORLDWIDE},
    ),
    (
        "youtube",
        "YouTube",
        "YouTube",
        1280,
        720,
        {"max_bytes": 2 * _MEGABYTE, **_GLOBAL, **_WORLDWIDE},
    ),
    _poster("poster-a3", "海报 A3", "Poster A3", 3508, 4961, 300),
    _poster("poster-a4", "海报 A4", "Poster A4", 2480, 3508, 300),
    _poster("poster-a2", "海报 A2", "Poster A2", 4961, 7016, 300),
    _poster("poster-a1", "海报 A1", "Poster A1", 3508, 4967, 150),
    _screen("screen-8k", "8K 大屏", "8K screen", 7680, 4320),
)

VEHICLES = (
    ("gs8", "传祺 GS8", "Trumpchi GS8", "suv", "GS8 suv"),
    ("m8", "传祺 M8", "Trumpchi M8", "mpv", "M8 mpv"),
    ("empow", "影豹", "Empow", "sedan", "Empow sedan"),
    ("gs3", "影速 GS3", "Trumpchi GS3", "suv", "suv"),
    ("e8", "传祺 E8", "Trumpchi E8", "mpv", "mpv"),
)

# slug → its colours; vehicles that aren't here come in all.
COLOURS = {
    "gs8": ("white", "black", "blue", "gold", "red"),
    "m8": ("white", "black", "gold"),
    "empow": ("white", "red", "blue", "green"),
}
COLOUR_NAMES = {
    "white": ("白色", "white"),
    "red": ("红色", "red"),
    "black": ("黑色", "black"),
    "blue": ("蓝色", "blue"),
    "green": ("绿色", "green"),
    "gold": ("金色", "gold"),
}

# Categories of the glossary, shown in the reader's language.
COLOUR = gettext_noop("colour")
COMPOSITION = gettext_noop("composition")
DETAIL = gettext_noop("detail")
FESTIVAL = gettext_noop("festival")
LIGHT = gettext_noop("light")
MATERIAL = gettext_noop("material")
OBJECT = gettext_noop("object")
PLACE = gettext_noop("place")
TIME = gettext_noop("time")
VEHICLE = gettext_noop("vehicle")
WEATHER = gettext_noop("weather")
GLOSSARY = (
    ("骑楼", "qilou arcade street", PLACE),
    ("茶楼", "teahouse with lattice windows", PLACE),
    ("早茶", "morning tea house with lattice windows", PLACE),
    ("满洲窗", "lattice windows", DETAIL),
    ("广州塔", "canton tower", PLACE),
    ("珠江", "harbour skyline with the canton tower", PLACE),
    ("港珠澳大桥", "cable bridge across the sea", PLACE),
    ("岭南园林", "lingnan garden with a moon gate", PLACE),
    ("月门", "moon gate", DETAIL),
    ("山路", "winding mountain road", PLACE),
    ("灯笼", "red lanterns", FESTIVAL),
    ("霓虹", "neon sign", DETAIL),
    ("棕榈", "palm trees", DETAIL),
    ("雨", "rain", WEATHER),
    ("白天", "by day", TIME),
    ("傍晚", "at sunset", TIME),
    ("夜里", "at night", TIME),
    ("镬耳墙", "wok-ear gable walls", DETAIL),
    ("灰塑", "lime plaster reliefs", DETAIL),
    ("醒狮", "lion dance", FESTIVAL),
    ("龙舟", "dragon boats", FESTIVAL),
    ("木棉", "kapok blossoms", DETAIL),
    ("趟栊门", "tanglong sliding bar gate", DETAIL),
    ("花市", "spring flower market", FESTIVAL),
    ("点心", "dim sum in bamboo steamers", OBJECT),
    ("茶壶", "teapot", OBJECT),
    ("青砖", "grey brick walls", MATERIAL),
    ("琉璃瓦", "green glazed tiles", MATERIAL),
    ("彩色玻璃", "coloured glass", MATERIAL),
    ("木雕", "carved wood", MATERIAL),
    ("柔光", "in soft light", LIGHT),
    ("逆光", "backlit", LIGHT),
    ("特写", "close-up", COMPOSITION),
    ("俯视", "seen from above", COMPOSITION),
    ("对称构图", "symmetrical composition", COMPOSITION),
    ("汽车", "car", VEHICLE),
    ("车", "car", VEHICLE),
    ("红色", "red", COLOUR),
    ("白色", "white", COLOUR),
    ("黑色", "black", COLOUR),
    ("蓝色", "blue", COLOUR),
    ("绿色", "green", COLOUR),
    ("金色", "gold", COLOUR),
    ("红灯笼", "red lanterns", FESTIVAL),
    ("老街", "old street", PLACE),
    ("雨中", "in the rain", WEATHER),
    ("雨后", "after the rain", WEATHER),
    ("夜晚", "at night", TIME),
    ("清晨", "early in the morning", TIME),
)

CAMPAIGNS = (
    ("spring-2027", "2027 春节", "Spring Festival 2027", (2027, 1, 20), (2027, 2, 20)),
    ("dragon-boat-2027", "2027 端午", "Dragon Boat 2027", (2027, 5, 25), (2027, 6, 12)),
    ("mid-autumn-2027", "2027 中秋", "Mid-Autumn 2027", (2027, 8, 30), (2027, 9, 20)),
    ("auto-show-2026", "2026 广州车展", "Guangzhou Auto Show 2026", (2026, 11, 20), (2026, 11, 30)),
)

CAMPAIGN_CHANNELS = ("xiaohongshu", "moments", "wechat-cover", "douyin")

# Words by which packs are found: group, slug, Chinese, English.
TAGS = (
    ("place", "qilou", "骑楼", "Arcade street"),
    ("place", "teahouse", "茶楼", "Teahouse"),
    ("place", "pearl-river", "珠江", "Pearl River"),
    ("place", "sea-bridge", "大桥", "Sea bridge"),
    ("place", "garden", "园林", "Lingnan garden"),
    ("place", "mountain-road", "山路", "Mountain road"),
    ("festival", "spring-festival", "春节", "Spring Festival"),
    ("festival", "lantern-festival", "元宵", "Lantern Festival"),
    ("festival", "dragon-boat", "端午", "Dragon Boat Festival"),
    ("festival", "mid-autumn", "中秋", "Mid-Autumn Festival"),
    ("mood", "elegant", "雅致", "Elegant"),
    ("mood", "lively", "热闹", "Lively"),
    ("mood", "quiet", "安静", "Quiet"),
    ("mood", "technical", "科技", "Technical"),
)


def _slot(name, zh, en, *options):
    return {
        "name": name,
        "label_zh": zh,
        "label_en": en,
        "options": [{"value": v, "zh": z, "en": e} for v, z, e in options],
    }


VEHICLE = _slot(
    "vehicle",
    "车型",
    "Vehicle",
    ("GS8 suv", "GS8", "GS8"),
    ("M8 mpv", "M8", "M8"),
    ("Empow sedan", "影豹", "Empow"),
)
COLOUR = _slot(
    "colour", "车色", "Colour", *((phrase, *names) for phrase, names in COLOUR_NAMES.items())
) | {"of_vehicle": True}
FACING = _slot("facing", "朝向", "Facing", ("right", "朝右", "right"), ("left", "朝左", "left"))
TIME = _slot(
    "time",
    "时间",
    "Time",
    ("by day", "白天", "by day"),
    ("at sunset", "傍晚", "at sunset"),
    ("at night", "夜里", "at night"),
)
WEATHER = _slot("weather", "天气", "Weather", ("", "晴", "clear"), ("rain", "雨中", "in the rain"))
TOUCH = _slot(
    "touch",
    "点缀",
    "Touch",
    ("", "不加", "none"),
    ("red lanterns", "红灯笼", "red lanterns"),
    ("neon sign", "霓虹招牌", "neon sign"),
    ("palm trees", "棕榈", "palm trees"),
)
FESTIVAL = _slot(
    "place",
    "场景",
    "Place",
    ("qilou arcade street", "骑楼老街", "arcade street"),
    ("teahouse with lattice windows", "满洲窗茶楼", "teahouse"),
    ("lingnan garden with a moon gate", "岭南园林", "Lingnan garden"),
)

_CAR = "a {colour} {vehicle} facing {facing} in the centre"
TEMPLATES = (
    {
        "slug": "lingnan-arcade",
        "name_zh": "骑楼老街",
        "name_en": "Lingnan arcade",
        "sentence_zh": "{colour}{vehicle}停在骑楼老街，车头{facing}，{time}，{touch}，{weather}。",
        "sentence_en": "A {colour} {vehicle} in an arcade street, facing {facing}, {time}, "
        "{touch}, {weather}.",
        "text": _CAR + ", qilou arcade street {time}, {touch}, {weather}",
        "slots": [COLOUR, VEHICLE, FACING, TIME, TOUCH, WEATHER],
    },
    {
        "slug": "morning-tea",
        "name_zh": "早茶开市",
        "name_en": "Morning tea",
        "sentence_zh": "{colour}{vehicle}停在茶楼满洲窗前，车头{facing}，{touch}，{weather}。",
        "sentence_en": "A {colour} {vehicle} before the teahouse's lattice windows, "
        "facing {facing}, {touch}, {weather}.",
        "text": _CAR + ", morning tea house with lattice windows by day, {touch}, {weather}",
        "slots": [COLOUR, VEHICLE, FACING, TOUCH, WEATHER],
    },
    {
        "slug": "harbour-night",
        "name_zh": "珠江夜航",
        "name_en": "Harbour at night",
        "sentence_zh": "{colour}{vehicle}停在夜里的珠江边，"
        "广州塔在后，车头{facing}，{touch}，{weather}。",
        "sentence_en": "A {colour} {vehicle} by the harbour at night, the Canton Tower behind, "
        "facing {facing}, {touch}, {weather}.",
        "text": _CAR + ", harbour skyline with the canton tower at night, {touch}, {weather}",
        "slots": [COLOUR, VEHICLE, FACING, TOUCH, WEATHER],
    },
    {
        "slug": "festival",
        "name_zh": "灯笼年味",
        "name_en": "Festival lanterns",
        "sentence_zh": "过节：{colour}{vehicle}停在{place}，车头{facing}，{time}，满街红灯笼。",
        "sentence_en": "A festival: a {colour} {vehicle} at the {place}, facing {facing}, {time}, "
        "under red lanterns.",
        "text": _CAR + ", {place} {time}, red lanterns",
        "slots": [COLOUR, VEHICLE, FESTIVAL, FACING, TIME],
    },
    {
        "slug": "sea-bridge",
        "name_zh": "大桥晚霞",
        "name_en": "Sea bridge",
        "sentence_zh": "{colour}{vehicle}驶过港珠澳大桥，车头{facing}，{time}，{weather}。",
        "sentence_en": "A {colour} {vehicle} on the sea bridge, facing {facing}, "
        "{time}, {weather}.",
        "text": _CAR + ", cable bridge across the sea {time}, {weather}",
        "slots": [COLOUR, VEHICLE, FACING, TIME, WEATHER],
    },
    {
        "slug": "lingnan-garden",
        "name_zh": "园林静日",
        "name_en": "Lingnan garden",
        "sentence_zh": "{colour}{vehicle}停在岭南园林的月门前，"
        "车头{facing}，{time}，{touch}，{weather}。",
        "sentence_en": "A {colour} {vehicle} before the garden's moon gate, facing {facing}, "
        "{time}, {touch}, {weather}.",
        "text": _CAR + ", lingnan garden with a moon gate {time}, {touch}, {weather}",
        "slots": [COLOUR, VEHICLE, FACING, TIME, TOUCH, WEATHER],
    },
)


@transaction.atomic
def seed_reference():
    """Channels, vehicles, glossary, campaigns, tags and download rules that are missing."""
    policy.seed_rules()
    for position, (slug, zh, en, width, height, facts) in enumerate(CHANNELS):
        names = {"name_zh": zh, "name_en": en, "position": position}
        defaults = {**names, "width": width, "height": height, **facts}
        Channel.objects.get_or_create(slug=slug, defaults=defaults)
    for slug, zh, en, body, phrase in VEHICLES:
        vehicle, is_new = Vehicle.objects.get_or_create(
            slug=slug, defaults={"name_zh": zh, "name_en": en, "body": body, "phrase": phrase}
        )
        if is_new:
            VehicleColour.objects.bulk_create(
                VehicleColour(vehicle=vehicle, phrase=colour, name_zh=names[0], name_en=names[1])
                for colour in COLOURS.get(slug, ())
                for names in [COLOUR_NAMES[colour]]
            )
    for term, phrase, category in GLOSSARY:
        GlossaryTerm.objects.get_or_create(
            term=term, defaults={"phrase": phrase, "category": category}
        )
    for position, (group, slug, zh, en) in enumerate(TAGS):
        names = {"name_zh": zh, "name_en": en}
        PackTag.objects.get_or_create(
            slug=slug, defaults={"group": group, "position": position, **names}
        )
    for slug, zh, en, starts, ends in CAMPAIGNS:
        days = {"starts": datetime.date(*starts), "ends": datetime.date(*ends)}
        campaign, is_new = Campaign.objects.get_or_create(
            slug=slug, defaults={"name_zh": zh, "name_en": en, **days}
        )
        if is_new:
            campaign.vehicles.set(Vehicle.objects.filter(is_current=True))
            CampaignChannel.objects.bulk_create(
                CampaignChannel(campaign=campaign, channel=channel, deadline=days["starts"])
                for channel in Channel.objects.filter(slug__in=CAMPAIGN_CHANNELS)
            )


@transaction.atomic
def seed_templates(maker, approver):
    """The first templates, submitted by one person and approved by the other; those there stay."""
    for details in TEMPLATES:
        template, is_new = PromptTemplate.objects.get_or_create(
            slug=details["slug"],
            number=1,
            defaults={"made_by": maker, **details},
        )
        if is_new:
            template.full_clean()
            template.submit(maker)
            template.approve(approver)
    return PromptTemplate.objects.filter(number=1, state=ReviewState.APPROVED)
