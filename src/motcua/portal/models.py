"""The portal keeps nothing of its own but the count of wrong look-ups."""

from __future__ import annotations

from django.db import models


class LookupMiss(models.Model):
    """How often one source (an address, or a dossier code) failed to prove itself in a quarter of an hour.

    `source` is an HMAC: neither the address nor the code can be read back.
    """

    source = models.BinaryField("nguồn", max_length=32)
    window = models.DateTimeField("từ lúc")
    misses = models.PositiveIntegerField("số lần sai")

    class Meta:
        verbose_name = "lần tra cứu sai"
        verbose_name_plural = "lần tra cứu sai"
        constraints = [models.UniqueConstraint(fields=["source", "window"], name="lookupmiss_once")]
        indexes = [models.Index(fields=["window"], name="lookupmiss_window")]
