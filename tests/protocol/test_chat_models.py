"""The model lists of every language server, as they were recorded."""

import pytest

from tests.support.chat_recordings import path, tree
from tui.protocol.chat_models import LISTS, LanguageModel, read_models


def only(name: str) -> tuple[str, LanguageModel]:
    """The product and the model that would answer, by a recorded list."""
    found = read_models(path(name), tree(name))
    assert found is not None
    assert found.serving is not None
    return found.product, found.serving


@pytest.mark.parametrize(
    ("name", "product", "model"),
    [
        (
            "reported/api_v1_models",
            "LM Studio",
            LanguageModel(
                name="p/some-llm",
                is_loaded=True,
                sees_pictures=False,
                context=8192,
                size=4_000_000_000,
                instance="p/some-llm",
            ),
        ),
        (
            "reported/api_v0_models",
            "LM Studio",
            LanguageModel(
                name="some-llm", is_loaded=True, sees_pictures=False, context=8192, instance="some-llm"
            ),
        ),
        ("reported/v1_models", "LM Studio", LanguageModel(name="qwen/qwen3.5-9b")),
        (
            "llamacpp_models",
            "llama.cpp",
            LanguageModel(
                name="tiny-random-llama", is_loaded=True, sees_pictures=False, context=1024, size=781568
            ),
        ),
        (
            "llamacpp_vlm_models",
            "llama.cpp",
            LanguageModel(
                name="tiny-random-vlm", is_loaded=True, sees_pictures=True, context=1024, size=781568
            ),
        ),
        (
            "llama_cpp_python_models",
            "llama-cpp-python",
            LanguageModel(name="tiny-random-llama", is_loaded=True),
        ),
    ],
)
def test_each_list_names_the_model_that_answers(name: str, product: str, model: LanguageModel) -> None:
    assert only(name) == (product, model)


def test_a_router_tells_which_model_is_loaded() -> None:
    product, model = only("llamacpp_router_models_one_loaded")
    assert (product, model.name, model.is_loaded) == ("llama.cpp", "tiny-random-llama", True)
    assert model.instance == "tiny-random-llama"


def test_a_router_with_nothing_loaded_will_load() -> None:
    _, model = only("llamacpp_router_models_none_loaded")
    assert model.is_loaded is False


def test_embeddings_write_no_text() -> None:
    for name in ("reported/api_v1_models", "reported/v1_models"):
        found = read_models(path(name), tree(name))
        assert found is not None
        assert not [model.name for model in found.models if "embed" in model.name]


def test_a_second_copy_of_a_model_is_unloaded_by_its_own_name() -> None:
    body = tree("reported/api_v1_models")
    body["models"][0]["loaded_instances"][0]["id"] = "p/some-llm:2"
    found = read_models("/api/v1/models", body)
    assert found is not None
    assert found.models[0].instance == "p/some-llm:2"


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize(
    "name", ["reported/unknown_path_200", "llamacpp_api_v1_models_404", "llamacpp_loading_503"]
)
def test_an_error_is_no_list_whatever_its_status(listed: str, name: str) -> None:
    assert read_models(listed, tree(name)) is None


@pytest.mark.parametrize("body", [None, "", "text", 3, [], {}, {"data": "x"}, {"data": 1}, {"models": {}}])
@pytest.mark.parametrize("listed", LISTS)
def test_nonsense_is_no_list(listed: str, body: object) -> None:
    assert read_models(listed, body) is None


def test_ollama_without_models_lists_null() -> None:
    found = read_models("/v1/models", {"object": "list", "data": None})
    assert found is not None
    assert found.models == ()
    assert found.serving is None


def test_stable_diffusion_cpp_at_the_same_port_is_no_language_server() -> None:
    body = {"data": [{"id": "sd-cpp-local", "object": "model", "owned_by": "local"}]}
    assert read_models("/v1/models", body) is None


def test_names_are_made_safe_to_show() -> None:
    found = read_models("/v1/models", {"data": [{"id": "evil\x1b[2J\nname"}, {"id": 7}, "x"]})
    assert found is not None
    assert [model.name for model in found.models] == ["evil[2J name"]
