from django.db import models


class SentForm(models.Model):
    """A form that made something, and where its answer led; a doubled one is led there, too.

    Kept for a day (`once.forget_old`). key: a hash of who sent what.
    """

    key = models.CharField(max_length=64, unique=True)
    address = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self):
        return self.address
