"""What the evidence of a version says, as pages show it: curves, figures, words, copy check."""

from gallery import problems
from gallery.pages.evidence_chart import chart_of
from gallery.pages.evidence_figures import rows_of
from training.models import Dataset, TrainingImage


def of_version(version, person):
    """What a page needs of a version's evidence: {"figures", "chart", "reasons", "verdict",
    "nearest", "no_copy_check", "seeds", "judge"}; without figures all of them are empty."""
    finding = version.finding
    verdict = finding.get("verdict")
    figures = rows_of(version)
    return {
        "figures": figures,
        "chart": chart_of(version),
        "reasons": [problems.sentence(code, facts) for code, facts in finding.get("reasons", ())],
        "verdict": problems.sentence(verdict, finding["facts"]) if verdict else "",
        "nearest": nearest_of(version, person),
        "no_copy_check": version.is_from_elsewhere and bool(figures),
        "seeds": version.evidence.get("seeds", 1),
        "judge": (version.evidence.get("figures") or {}).get("judge", "edges"),
    }


def nearest_of(version, person):
    """{"strength", "similarity", "limit", "is_copy", "image", "source"}: of all pictures of the
    sheet the one that is nearest to a training picture, beside it. None without a training set,
    and for those who may not see its pictures. source: None once it is deleted."""
    rows = [row for row in rows_of(version) if row["nearest"]]
    if not rows or version.checkpoint is None:
        return None
    run = version.checkpoint.run
    if not Dataset.objects.visible_to(person).filter(pk=run.dataset_id).exists():
        return None
    row = max(rows, key=lambda row: row["nearest"]["similarity"])
    nearest, limit = row["nearest"], version.evidence["figures"]["copy_limit"]
    entry = run.snapshot.images.filter(sha256=nearest["reference"]).first()
    sources = TrainingImage.objects.filter(dataset=run.dataset_id)
    return {
        "strength": row["strength"],
        "similarity": nearest["similarity"],
        "limit": limit,
        "is_copy": nearest["similarity"] > limit,
        "image": version.images.filter(pk=nearest["image"]).first(),
        "source": sources.filter(pk=entry.image_number).first() if entry else None,
    }
