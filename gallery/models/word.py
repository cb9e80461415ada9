from django.db import models
from django.utils.translation import gettext_lazy as _


class Word(models.Model):
    """A word by which pictures are found, as `services.words` parts a text: folded, two Chinese
    characters at a time."""

    LONGEST = 40

    text = models.CharField(max_length=LONGEST, unique=True)

    class Meta:
        verbose_name = _("word")
        verbose_name_plural = _("words")

    def __str__(self):
        return self.text


class SceneWord(models.Model):
    """A word of what a scene was ordered with: it finds all pictures of the scene."""

    word = models.ForeignKey(Word, models.CASCADE, related_name="+", db_index=False)
    scene = models.ForeignKey("gallery.Scene", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("word of a scene")
        verbose_name_plural = _("words of scenes")
        constraints = [models.UniqueConstraint(fields=["word", "scene"], name="scene_word_once")]

    def __str__(self):
        return f"{self.word} → {self.scene_id}"


class AssetWord(models.Model):
    """A word of the title that a picture was given."""

    word = models.ForeignKey(Word, models.CASCADE, related_name="+", db_index=False)
    asset = models.ForeignKey("gallery.Asset", models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("word of a picture")
        verbose_name_plural = _("words of pictures")
        constraints = [models.UniqueConstraint(fields=["word", "asset"], name="asset_word_once")]

    def __str__(self):
        return f"{self.word} → {self.asset_id}"
