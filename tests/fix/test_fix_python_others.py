"""The other fixers of Python code: what they write, and what they leave alone."""

from __future__ import annotations

import re

import pytest
from python_fixes import findings, fixed, offers, only, outcomes, repository

from archlint.edits.text import Fix
from expectations import TEMPLATE

EVENTS: list[object] = [{"features": 1}, {"features": 2}]


def none_of(text: str | dict[str, str], rule: str) -> bool:
    found: list[Fix | None] = offers(repository(text), rule)
    assert found, "nothing was found that could be fixed"
    return set(found) == {None}


LOADS = {
    "a load in the handler": """
import joblib

def handler(event, context):
    model = joblib.load("churn_model.joblib")
    return model.predict([event["features"]])
""",
    "an argument of the module, under another name of functools": """
import functools as tools
import joblib

PATH = "churn_model.joblib"

def handler(event, context):
    model = joblib.load(PATH, mmap_mode="r")
    return model.predict([event["features"]])
""",
    "a loader without parameters": '''
"""Doc."""
from joblib import load

def churn_model():
    """Loads."""
    model = load("churn_model.joblib")
    return model

def handler(event, context):
    return churn_model().predict([event["features"]])
''',
    "a loader that does something else as well": """
import joblib

def churn_model(loaded=[]):
    model = joblib.load("churn_model.joblib")
    loaded.append(1)
    return model, len(loaded)

def handler(event, context):
    model, count = churn_model()
    return model.predict([event["features"]]), count
""",
    "names that are taken": """
import joblib

def load_model():
    return 1

def handler(event, context):
    model = joblib.load("churn_model.joblib")
    return model.predict([event["features"]]), load_model()
""",
}


@pytest.mark.parametrize("name", LOADS)
def test_a_model_is_loaded_once_and_answers_the_same(name: str) -> None:
    before = repository(LOADS[name])
    after = fixed(before, "model-load-in-handler")
    assert after != before
    assert "cache\ndef" in after["app.py"]
    assert outcomes(after, EVENTS) == outcomes(before, EVENTS)


LOADS_LEFT = {
    "a scratch file": (
        'import joblib\n\ndef handler(e, c):\n    model = joblib.load("/tmp/model.joblib")\n'
        "    return model.predict(e)\n"
    ),
    "a scratch file by a name": (
        'import joblib\n\nMODEL = "/tmp/model.joblib"\n\ndef handler(e, c):\n'
        "    model = joblib.load(MODEL)\n    return model.predict(e)\n"
    ),
    "a local path": (
        'import joblib\n\ndef handler(e, c):\n    path = "model.joblib"\n'
        "    model = joblib.load(path)\n    return model.predict(e)\n"
    ),
    "a model that is trained on": (
        'import joblib\n\ndef handler(e, c):\n    model = joblib.load("model.joblib")\n'
        "    model.partial_fit(e)\n    return model.predict(e)\n"
    ),
    "functools is something else": (
        'import joblib\n\nfunctools = 1\n\ndef handler(e, c):\n    model = joblib.load("model.joblib")\n'
        "    return model.predict(e)\n"
    ),
}


@pytest.mark.parametrize("name", LOADS_LEFT)
def test_a_load_that_is_left_alone(name: str) -> None:
    assert none_of(LOADS_LEFT[name], "model-load-in-handler")


def test_an_old_runtime_has_no_functools_cache() -> None:
    old = TEMPLATE.replace("python3.13", "python3.8")
    assert none_of({"template.yaml": old, "app.py": LOADS["a load in the handler"]}, "model-load-in-handler")


HEAVY = "def handler(event, context):\n    import torch\n    return torch.tensor(event)\n"


def test_an_import_takes_its_place_among_the_others() -> None:
    head = (
        '"""Doc."""\n\nfrom __future__ import annotations\n\nimport json\n\nimport boto3\n'
        "from PIL import Image\n\nimport own\n"
    )
    after = fixed({"app.py": f"{head}\n\n{HEAVY}", "own.py": ""}, "heavy-import-in-handler")["app.py"]
    assert after == f"{head}\n\n{HEAVY}".replace("    import torch\n", "").replace("boto3\n", "boto3\nimport torch\n")


def test_two_functions_with_the_same_import() -> None:
    text = (
        "def score(x):\n    import torch\n\n    return torch.tensor(x)\n\n\n"
        "def handler(event, context):\n    import torch\n\n    return torch.mean(score(event))\n"
    )
    after = fixed(text, "heavy-import-in-handler")["app.py"]
    assert after.count("import torch") == 1
    assert after.startswith("import torch\n\n\ndef score")


HEAVY_LEFT = {
    "in a try": (
        "def handler(e, c):\n    try:\n        import torch\n    except ImportError:\n        return 0\n"
        "    return torch.tensor(e)\n"
    ),
    "after a variable is set": (
        'import os\n\ndef handler(e, c):\n    os.environ["OMP_NUM_THREADS"] = "1"\n    import torch\n'
        "    return torch.tensor(e)\n"
    ),
    "after something else": "def handler(e, c):\n    print(e)\n    import torch\n    return torch.tensor(e)\n",
    "with a path that is added": 'import sys\nsys.path.append("/mnt/packages")\n\n' + HEAVY,
    "under a name that is something else elsewhere": "torch = None\n\n" + HEAVY,
    "under a name that another function reads": HEAVY + "\n\ndef light():\n    return torch\n",
    "where names are looked up": HEAVY.replace("return torch.tensor(event)", "return locals()"),
    "as the only statement": "def handler(e, c):\n    import torch\n",
}


@pytest.mark.parametrize("name", HEAVY_LEFT)
def test_an_import_that_is_left_alone(name: str) -> None:
    assert none_of(HEAVY_LEFT[name], "heavy-import-in-handler")


def test_a_variable_goes_below_the_standard_library() -> None:
    text = (
        '"""Doc."""\nimport json\nimport os\nfrom transformers import pipeline\n\n'
        'C = pipeline("sentiment-analysis")\n\n\ndef handler(e, c):\n    return C(e)\n'
    )
    after = fixed(text, "cache-dir-not-writable")["app.py"]
    line = 'os.environ.setdefault("HF_HOME", "/tmp/huggingface")'
    assert after == text.replace("import os\n", f"import os\n\n{line}\n\n")


@pytest.mark.parametrize(
    ("library", "load"),
    [
        ("sentence_transformers", 'SentenceTransformer("all-MiniLM-L6-v2")'),
        ("transformers", 'pipeline("sentiment-analysis")'),
        ("easyocr", 'Reader(["en"])'),
        ("whisper", 'load_model("base")'),
    ],
)
def test_the_advice_and_the_fix_name_the_same_variable(library: str, load: str) -> None:
    name = load.partition("(")[0]
    files = repository(f"from {library} import {name}\n\nM = {load}\n\n\ndef handler(e, c):\n    return M\n")
    (found,) = findings(files, "cache-dir-not-writable")
    (written,) = re.findall(r'setdefault\("(\w+)", "(.*)"\)', fixed(files, "cache-dir-not-writable")["app.py"])
    assert f"Set {'='.join(written)} in the function's environment" in str(found.help)


def test_a_variable_is_not_set_where_it_comes_too_late() -> None:
    text = (
        'from transformers import pipeline\nimport os\n\nC = pipeline("sentiment-analysis")\n\n\n'
        "def handler(e, c):\n    return C(e)\n"
    )
    assert none_of(text, "cache-dir-not-writable")
    inner = (
        'from transformers import pipeline\n\nC = pipeline("sentiment-analysis")\n\n\n'
        "def handler(e, c):\n    return C(e)\n"
    )
    files = {"code/__init__.py": "import transformers\n", "code/app.py": inner}
    template = TEMPLATE.replace("app.handler", "code.app.handler")
    assert none_of({"template.yaml": template, **files}, "cache-dir-not-writable")


POOL = (
    "from multiprocessing import Pool, cpu_count\n\ndef handler(e, c):\n"
    "    with Pool(cpu_count()) as pool:\n        return pool.map(len, e)\n"
)


def test_a_pool_of_threads_beside_other_names_of_the_import() -> None:
    after = fixed(POOL, "multiprocessing-on-lambda")["app.py"]
    assert after.startswith(
        "from multiprocessing import Pool, cpu_count\nfrom multiprocessing.pool import ThreadPool\n\n"
    )
    assert "with ThreadPool(cpu_count()) as pool" in after


@pytest.mark.parametrize(
    "text",
    [
        POOL.replace("Pool(cpu_count())", "Pool(cpu_count(), maxtasksperchild=1)"),
        POOL.replace("Pool(cpu_count())", "Pool(*e)"),
        (
            "from concurrent.futures import ProcessPoolExecutor\n\ndef handler(e, c):\n"
            "    return ProcessPoolExecutor(2, None).map(len, e)\n"
        ),
        (
            "from torch.utils.data import DataLoader\n\ndef handler(e, c):\n"
            "    return list(DataLoader(e, num_workers=2, prefetch_factor=4))\n"
        ),
        (
            "from torch.utils.data import DataLoader\n\ndef handler(e, c):\n"
            "    return list(DataLoader(e, num_workers=2, **c))\n"
        ),
    ],
)
def test_arguments_that_only_processes_have(text: str) -> None:
    assert none_of(text, "multiprocessing-on-lambda")


GPU = (
    'import torch\n\nMODEL = torch.jit.load("m.pt", map_location="cuda:0")\n\n\ndef handler(e, c):\n'
    "    return MODEL(e)\n"
)


def test_the_gpu_is_asked_for() -> None:
    after = fixed(GPU, "gpu-use-on-lambda")["app.py"]
    assert after == GPU.replace('"cuda:0"', '"cuda:0" if torch.cuda.is_available() else "cpu"')


def test_torch_has_to_be_there_under_its_name() -> None:
    text = "from embeddings import MODEL\n\n\ndef handler(e, c):\n    return MODEL.encode(e)\n"
    model = (
        "from sentence_transformers import SentenceTransformer\n\n"
        'MODEL = SentenceTransformer("/opt/m", device="cuda")\n'
    )
    assert none_of({"app.py": text, "embeddings.py": model}, "gpu-use-on-lambda")
    with_torch = {"app.py": text, "embeddings.py": "import torch\n" + model}
    assert 'device="cuda" if torch.cuda' in fixed(with_torch, "gpu-use-on-lambda")["embeddings.py"]


CACHED = (
    '@cache\ndef model(name):\n    return joblib.load(f"/mnt/{name}.joblib")\n\n\n'
    'def handler(e, c):\n    return model(e["name"]).predict(e)\n'
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from functools import cache\n", "from functools import lru_cache\n"),
        ("from functools import cache, wraps  # x\n", "from functools import lru_cache, wraps  # x\n"),
        ("from functools import cache, lru_cache\n", "from functools import cache, lru_cache\n"),
    ],
)
def test_a_cache_gets_a_bound(before: str, after: str) -> None:
    text = f"{before}\nimport joblib\n\n\n{CACHED}"
    found = fixed(text, "unbounded-model-cache")["app.py"]
    assert found == f"{after}\nimport joblib\n\n\n{CACHED.replace('@cache', '@lru_cache(maxsize=3)')}"


def test_an_import_that_others_use_stays() -> None:
    text = f"from functools import cache\n\nimport joblib\n\n\n@cache\ndef light():\n    return 1\n\n\n{CACHED}"
    found = fixed(text, "unbounded-model-cache")["app.py"]
    assert found.startswith("from functools import cache, lru_cache\n")


OLD = (
    "from transformers import ViTFeatureExtractor\n\n"
    'E = ViTFeatureExtractor.from_pretrained("/opt/vit")\n\n\ndef handler(e, c):\n    return E(e)\n'
)
PIN = {"requirements.txt": "transformers==5.23.0\n"}


def test_a_renamed_class_is_renamed_wherever_it_stands() -> None:
    text = OLD.replace("return E(e)", "return E(e), ViTFeatureExtractor")
    after = fixed({"app.py": text, **PIN}, "removed-api")["app.py"]
    assert after == text.replace("ViTFeatureExtractor", "ViTImageProcessor")
    other = (
        "import transformers as t\n\nE = t.ViTFeatureExtractor.from_pretrained('/opt/vit')\n\n\n"
        "def handler(e, c):\n    return E(e)\n"
    )
    assert fixed({"app.py": other, **PIN}, "removed-api")["app.py"] == other.replace(
        "ViTFeature", "ViTFeature"
    ).replace("ViTFeatureExtractor", "ViTImageProcessor")
    named = OLD.replace("import ViTFeatureExtractor", "import ViTFeatureExtractor as V").replace(
        "= ViTFeatureExtractor", "= V"
    )
    assert "import ViTImageProcessor as V\n" in fixed({"app.py": named, **PIN}, "removed-api")["app.py"]


def test_a_call_whose_successor_takes_other_arguments_is_left_alone() -> None:
    text = (
        'from huggingface_hub import cached_download\n\nP = cached_download("https://example.org/x")\n\n'
        "\ndef handler(e, c):\n    return P\n"
    )
    assert none_of({"app.py": text, "requirements.txt": "huggingface_hub==2.4.0\n"}, "removed-api")


def test_weights_only() -> None:
    text = (
        'import urllib.request\nimport torch\n\nurllib.request.urlretrieve("https://example.org/w.pt", "/tmp/w.pt")\n'
        'MODEL = torch.load("/tmp/w.pt", weights_only=False)\n\n\ndef handler(e, c):\n    return MODEL(e)\n'
    )
    fix = only({"app.py": text, "requirements.txt": "torch==2.9.1\n"}, "unsafe-model-format")
    assert fix is not None
    assert not fix.safe
    assert [edit.text for edit in fix.edits] == ["True"]
