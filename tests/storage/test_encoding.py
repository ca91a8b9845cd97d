"""Requests survive the journal value for value."""

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.job import OutputImage
from tui.domain.request import (
    ControlUnit,
    GenerationRequest,
    GraphPlan,
    Lora,
    PictureInput,
    Task,
    Upload,
)
from tui.storage.encoding import offer_from_json, offer_to_json, request_from_json, request_to_json

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.floats(allow_nan=False, allow_infinity=False)
pictures = st.builds(PictureInput, texts)
loras = st.lists(st.builds(Lora, texts, numbers), max_size=3).map(tuple)
values = st.one_of(
    texts, st.integers(-(2**63), 2**63 - 1), numbers, st.booleans(), pictures, loras, st.none()
)
inputs = st.recursive(
    st.one_of(texts, st.integers(0, 2**64 - 1), numbers, st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
plans = st.builds(
    GraphPlan,
    graph=st.dictionaries(texts, inputs, max_size=3),
    uploads=st.lists(st.builds(Upload, texts, texts, pictures), max_size=2).map(tuple),
    canvas=st.none() | st.dictionaries(texts, inputs, max_size=2),
)
requests = st.builds(
    GenerationRequest,
    task=st.sampled_from(Task),
    workflow=texts,
    prompt=texts,
    seed=st.integers(0, 2**63 - 1),
    denoise=st.none() | numbers,
    loras=loras,
    init_image=st.none() | pictures,
    control=st.lists(st.builds(ControlUnit, image=pictures, strength=numbers), max_size=2).map(tuple),
    extras=st.dictionaries(texts, values, max_size=3).map(MappingProxyType),
    plan=st.none() | plans,
    notes=st.lists(texts, max_size=2).map(tuple),
)


@given(requests)
def test_a_request_comes_back_as_it_went(request):
    assert request_from_json(request_to_json(request)) == request


def test_an_offer_comes_back_without_its_bytes():
    offer = OutputImage(filename="a.png", subfolder="s", seed=3, data=b"\x89PNG")
    assert offer_from_json(offer_to_json(offer)) == OutputImage(filename="a.png", subfolder="s", seed=3)
