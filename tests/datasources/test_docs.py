"""The reference page is written from the code."""

from datasources.docs import TARGET, models, page
from datasources.kinds import KINDS


def test_the_page_in_docs_is_fresh() -> None:
    assert TARGET.read_text(encoding="utf-8") == page(), "run: python -m datasources.docs"


def test_every_key_of_every_kind_says_what_it_means() -> None:
    silent = [
        f"{model.__name__}.{name}"
        for spec, _ in KINDS.values()
        for model in models(spec)
        for name, field in model.model_fields.items()
        if not field.description and name != "type"
    ]
    assert sorted(one for one in set(silent) if not one.endswith("Spec.kind")) == []
