"""What a strength sheet is drawn of: the same prompts and strengths for every style."""

STRENGTHS = (0.0, 0.3, 0.5, 0.6, 0.7, 0.8, 1.0)
# One prompt for each kind of place that campaigns use, none of them from a training set.
PROMPTS = (
    {
        "label_zh": "骑楼",
        "label_en": "Arcade",
        "prompt": "a white GS8 suv facing right in the centre, qilou arcade street by day",
    },
    {
        "label_zh": "珠江",
        "label_en": "Harbour",
        "prompt": "a red Empow sedan facing left in the centre, "
        "harbour skyline with the canton tower at sunset",
    },
    {
        "label_zh": "茶楼",
        "label_en": "Teahouse",
        "prompt": "a gold M8 mpv facing right in the centre, teahouse with lattice windows by day",
    },
)
