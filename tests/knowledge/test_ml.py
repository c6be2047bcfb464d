from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from archlint.knowledge import ml
from archlint.knowledge.store import read_yaml, rules_folder

DATA = read_yaml(ml.DATA)
LIBRARIES: list[dict[str, Any]] = DATA["libraries"]
ROWS = [(library, row) for library in LIBRARIES for row in library["calls"]]
ARGUMENTS = ("local_argument", "offline_argument", "gpu_argument", "weights_argument")
LIBRARY_KEYS = {
    "library", "distributions", "imports", "category", "gpu", "gpu_expected", "heavy", "min_memory", "gpu_arguments",
    "note", "source", "calls",
}  # fmt: skip
ROW_KEYS = {
    "call", "kind", "example", "confidence", "needs", "downloads_unless_local", *ARGUMENTS, "removed_in",
    "absent_in", "replaced_by", "verified",
}  # fmt: skip
CATEGORIES = {
    "framework", "inference", "training", "vision", "speech", "nlp", "index", "gpu", "serialization", "fetch", "data",
}  # fmt: skip
SEGMENT = r"[A-Za-z_*][\w*]*(?:\(\)|\[\])*"
VERIFIED = re.compile(r"memory|wheel [a-z0-9-]+ [0-9][\w.+]*, \d{4}-\d{2}-\d{2}(?: \([^)]+\))?")


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library["library"])
def test_library_conforms(library: dict[str, Any]) -> None:
    assert set(library) <= LIBRARY_KEYS
    assert {"library", "distributions", "imports", "category", "gpu", "heavy", "source", "calls"} <= set(library)
    assert library["category"] in CATEGORIES
    assert library["gpu"] in {"none", "optional", "required"}
    assert isinstance(library["heavy"], bool)
    assert VERIFIED.fullmatch(library["source"])
    assert library["imports"]
    for name in library["imports"]:
        assert all(part.isidentifier() for part in name.split("."))
    for name in library["distributions"]:
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)
    if "min_memory" in library:
        memory = library["min_memory"]
        assert set(memory) == {"mb", "confidence", "because"}
        assert 128 <= memory["mb"] <= 10240
        assert memory["confidence"] == "estimate"
        assert memory["because"]


@pytest.mark.parametrize(("library", "row"), ROWS, ids=[f"{row['kind']} {row['call']}" for _, row in ROWS])
def test_row_conforms(library: dict[str, Any], row: dict[str, Any]) -> None:
    assert set(row) <= ROW_KEYS
    assert row["kind"] in {"load", "download", "infer", "train", "gpu", "probe"}
    assert re.fullmatch(rf"(?:\?|{SEGMENT})(?:\.{SEGMENT})*", row["call"])
    assert VERIFIED.fullmatch(row["verified"])
    assert row.get("confidence", "high") in {"low", "medium", "high"}
    assert set(row.get("needs", ())) <= {"model_file", "gpu_argument", "weights_argument", "library_imported"}
    for need in {"gpu_argument", "weights_argument"} & set(row.get("needs", ())):
        assert need in row
    for key in ARGUMENTS:
        argument = row.get(key, {"names": ["x"]})
        assert set(argument) <= {"position", "names", "values", "unless"}
        assert argument.get("names") or "position" in argument
    if row["call"].startswith("?"):
        assert "library_imported" in row["needs"]
    else:
        assert any(row["call"].startswith((f"{name}.", f"{name}()")) for name in library["imports"])


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=lambda row: f"{row['kind']} {row['call']}")
def test_every_row_can_be_reached(row: dict[str, Any]) -> None:
    """A row that a more specific one always hides would be dead data."""
    path = row["example"] if "*" in row["call"] else row["call"]
    assert row["call"] in {call.pattern for call in ml.match_calls(path)}


def test_nothing_is_listed_twice() -> None:
    patterns = [row["call"] for _, row in ROWS]
    assert len(patterns) == len(set(patterns))
    names = [library["library"] for library in LIBRARIES]
    assert len(names) == len(set(names))
    for key in ("imports", "distributions"):
        listed = [name for library in LIBRARIES for name in library[key]]
        assert sorted(listed) == sorted(set(listed))


def test_file_has_no_duplicate_keys_and_states_its_age() -> None:
    text = (rules_folder() / "data" / ml.DATA).read_text()
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert isinstance(root, yaml.MappingNode)
    waiting: list[yaml.Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            keys = [key.value for key, _ in node.value]
            assert len(keys) == len(set(keys)), keys
            waiting += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", ml.as_of())
    assert DATA["source"]


FOUND = {
    "load": """
        torch.load torch.jit.load torch.hub.load torch.nn.Module().load_state_dict ?[].load_state_dict
        torchvision.models.resnet50 torchvision.models.detection.fasterrcnn_resnet50_fpn transformers.pipeline
        transformers.AutoModel.from_pretrained transformers.LlamaForCausalLM.from_pretrained
        transformers.AutoTokenizer.from_pretrained sentence_transformers.SentenceTransformer
        diffusers.StableDiffusionPipeline.from_pretrained tensorflow.keras.models.load_model
        tensorflow.keras.applications.MobileNetV2 tensorflow.keras.applications.vgg16.VGG16
        tensorflow.saved_model.load tensorflow.lite.Interpreter keras.models.load_model
        tflite_runtime.interpreter.Interpreter onnxruntime.InferenceSession joblib.load pickle.load pickle.loads
        numpy.load pandas.read_pickle xgboost.Booster().load_model lightgbm.Booster
        catboost.CatBoostClassifier().load_model spacy.load fasttext.load_model
        gensim.models.KeyedVectors.load_word2vec_format cv2.dnn.readNetFromTensorflow cv2.CascadeClassifier
        easyocr.Reader faiss.read_index
    """,
    "download": """
        torch.hub.load_state_dict_from_url transformers.AutoConfig.from_pretrained
        huggingface_hub.snapshot_download nltk.download boto3.client().download_file
        boto3.resource().Bucket().download_file boto3.session.Session().client().get_object
    """,
    "gpu": """
        torch.nn.Module().cuda torch.jit.load().to torch.cuda.synchronize ?.cuda ?.model.cuda ?().to
        transformers.AutoModel.from_pretrained().cuda diffusers.StableDiffusionPipeline.from_pretrained().to
        tensorflow.device cupy.asarray
    """,
    "train": """
        torch.load().backward torch.nn.functional.cross_entropy().backward torch.optim.Adam().step
        transformers.Trainer().train transformers.Seq2SeqTrainer().train tensorflow.keras.Sequential().fit
        keras.Model().fit sklearn.ensemble.RandomForestClassifier().fit sklearn.pipeline.make_pipeline().fit
        sklearn.preprocessing.StandardScaler().fit_transform xgboost.train xgboost.XGBClassifier().fit
        lightgbm.LGBMRegressor().fit ultralytics.YOLO().train
    """,
    "probe": """
        torch.cuda.is_available torch.cuda.empty_cache tensorflow.config.list_physical_devices
        onnxruntime.get_available_providers
    """,
    "infer": """
        transformers.pipeline() transformers.AutoModelForCausalLM.from_pretrained().generate
        sentence_transformers.SentenceTransformer().encode tensorflow.keras.models.load_model().predict
        onnxruntime.InferenceSession().run joblib.load().predict faiss.read_index().search
    """,
}

NOT_FOUND = """
json.load yaml.load yaml.safe_load torch.tensor torch.device torch.inference_mode torch.no_grad torch.load().eval
torch.optim.Adam torchvision.models.resnet18().eval torchvision.transforms.Compose tensorflow.constant
tensorflow.keras.applications.resnet50.preprocess_input tensorflow.keras.Sequential
sklearn.preprocessing.StandardScaler sklearn.preprocessing.StandardScaler().transform boto3.client
boto3.client().invoke_endpoint boto3.client().invoke_model boto3.client().create_training_job
sagemaker.estimator.Estimator().fit sagemaker.predictor.Predictor().predict openai.OpenAI
openai.OpenAI().chat.completions.create langchain_aws.ChatBedrock langchain_community.chat_models.BedrockChat
langchain_community.embeddings.BedrockEmbeddings rich.panel.Panel.fit joblib.Parallel joblib.dump numpy.loadtxt
numpy.array xgboost.DMatrix cv2.imread ?.fit ?.predict ?.load ?.train ? transformers torchx.load
mytorch.cuda.synchronize
"""


@pytest.mark.parametrize(("path", "kind"), [(path, kind) for kind, paths in FOUND.items() for path in paths.split()])
def test_call_is_known(path: str, kind: str) -> None:
    assert [call.kind for call in ml.match_calls(path)] == [kind]


@pytest.mark.parametrize("path", [*NOT_FOUND.split(), "", ".", "()", "a" * 5000, "torch." * 5000 + "cuda"])
def test_call_is_not_known(path: str) -> None:
    assert ml.match_calls(path) == ()


def only(path: str) -> ml.MlCall:
    (call,) = ml.match_calls(path)
    return call


def test_evidence_that_a_path_alone_does_not_give() -> None:
    for path in (
        "joblib.load",
        "pickle.loads",
        "dill.load",
        "cloudpickle.load",
        "numpy.load",
        "boto3.client().get_object",
    ):
        assert only(path).needs == {"model_file"}
    assert only("torch.nn.Module().to").needs == {"gpu_argument"}
    assert only("?.to").needs == {"library_imported", "gpu_argument"}
    assert only("?.cuda").needs == {"library_imported"}
    assert only("torchvision.models.resnet18").needs == {"weights_argument"}
    assert only("xgboost.Booster").needs == {"weights_argument"}
    assert not only("torch.load").needs


def test_confidence_of_training() -> None:
    assert only("sklearn.preprocessing.StandardScaler().fit_transform").confidence == "low"
    assert only("sklearn.preprocessing.StandardScaler().fit").confidence == "low"
    assert only("sklearn.svm.SVC().fit").confidence == "high"


def test_hub_names_and_local_paths() -> None:
    call = only("transformers.AutoModel.from_pretrained")
    assert call.downloads_unless_local
    assert call.local_argument is not None
    assert call.local_argument.position == 0
    assert call.offline_argument is not None
    assert call.offline_argument.matches("True")
    pipeline = only("transformers.pipeline").local_argument
    assert pipeline is not None
    assert (pipeline.position, pipeline.names) == (1, ("model",))
    assert not only("torch.load").downloads_unless_local


def test_gpu_arguments() -> None:
    device = only("transformers.pipeline").gpu_argument
    assert device is not None
    assert [text for text in ("cuda", "cuda:1", "0", "-1", "cpu", "auto", "mps") if device.matches(text)] == [
        "cuda",
        "cuda:1",
        "0",
    ]
    providers = only("onnxruntime.InferenceSession").gpu_argument
    assert providers is not None
    assert providers.matches("CUDAExecutionProvider")
    assert not providers.matches("CPUExecutionProvider")
    assert providers.unless == ("CPUExecutionProvider",)
    reader = only("easyocr.Reader").gpu_argument
    assert reader is not None
    assert not reader.matches("True")
    assert not reader.matches("False")
    torch = ml.library_of_import("torch")
    assert torch is not None
    assert any("device" in argument.names and argument.matches("cuda:0") for argument in torch.gpu_arguments)
    made = ml.device_argument("torch.device")
    assert made is not None
    assert made.matches("cuda")
    assert ml.device_argument("torch.tensor") is None


def test_removed_calls_name_version_and_successor() -> None:
    call = only("transformers.ViTFeatureExtractor.from_pretrained")
    assert (call.removed_in, call.replaced_by) == ("5", "transformers.ViTImageProcessor")
    assert call.absent_in == "5.23.0"
    assert only("transformers.TFAutoModel.from_pretrained").removed_in == "5"
    assert only("transformers.AutoModel.from_pretrained").removed_in is None


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("torch", "PyTorch"),
        ("torch.nn.functional", "PyTorch"),
        ("sklearn.ensemble", "scikit-learn"),
        ("numba", "Numba"),
        ("numba.cuda.random", "Numba CUDA"),
        ("pyannote.audio", "pyannote.audio"),
        ("tensorflow.keras", "TensorFlow"),
        ("pyannote", None),
        ("torchtext", None),
        ("json", None),
        ("openai", None),
        ("", None),
        ("torch" + ".a" * 100_000, None),
    ],
)
def test_library_of_import(name: str, library: str | None) -> None:
    found = ml.library_of_import(name)
    assert (found.name if found else None) == library


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("scikit_learn", "scikit-learn"),
        ("open_clip_torch", "OpenCLIP"),
        ("FlagEmbedding", "FlagEmbedding"),
        ("pyannote.audio", "pyannote.audio"),
        ("onnxruntime-gpu", "ONNX Runtime"),
        ("whisper", None),
        ("clip", None),
        ("flask", None),
    ],
)
def test_library_of_distribution(name: str, library: str | None) -> None:
    found = ml.library_of_distribution(name)
    assert (found.name if found else None) == library


@pytest.mark.parametrize(
    ("name", "memory"),
    [("torch", 1024), ("tensorflow", 1024), ("transformers", 1536), ("xgboost", 512), ("sklearn", 256)],
)
def test_memory_floor(name: str, memory: int) -> None:
    found = ml.library_of_import(name)
    assert found is not None
    assert found.min_memory_mb == memory
    assert found.is_ml
    assert found.heavy


@pytest.mark.parametrize("name", ["boto3", "pickle", "numpy", "pandas", "joblib", "requests", "huggingface_hub"])
def test_not_machine_learning_by_import_alone(name: str) -> None:
    found = ml.library_of_import(name)
    assert found is not None
    assert not found.is_ml
    assert found.min_memory_mb is None


MODEL_FILES = """
model.pt a/b/weights.PTH x.onnx clf.pkl tfidf.pickle iris_classifier.joblib net.safetensors s3://bucket/model.bin
models/llama.gguf ./bc-xgboost-model pytorch_model.bin model.json model.tar.gz xgbModel.txt resnet50.bin anything.pkl
https://example.com/resnet50.h5?download=1 C:\\ml\\classifier.dat saved_model.pb model.npy
""".split()
OTHER_FILES = """
. token.pickle cache.pkl data.json event.json package.json labels.txt photo.jpg a.csv embeddings.npy lambda.zip
modelling.py model.py remodel.txt pipeline.json /tmp/input
""".split()


@pytest.mark.parametrize("name", MODEL_FILES)
def test_model_file(name: str) -> None:
    assert ml.is_model_file(name)


@pytest.mark.parametrize("name", ["", *OTHER_FILES])
def test_no_model_file(name: str) -> None:
    assert not ml.is_model_file(name)


def test_model_names() -> None:
    for name in "model MODEL_PATH loadedModel clf _classifier model2 tfidf_vectorizer load_model scaler yolov8".split():
        assert ml.looks_like_model_name(name), name
    for name in ("", "event", "remodel", "data", "body", "client", "modeled", "x", "response"):
        assert not ml.looks_like_model_name(name), name
    assert "predict" in ml.model_methods()


def test_gpu_distributions() -> None:
    wanted = [
        "onnxruntime-gpu",
        "faiss_gpu_cu12",
        "cupy-cuda12x",
        "vllm",
        "flash-attn",
        "tensorrt",
        "cudf-cu12",
        "jax-cuda12-plugin",
    ]
    assert all(map(ml.is_gpu_distribution, wanted))
    assert not any(
        map(ml.is_gpu_distribution, ["onnxruntime", "faiss-cpu", "torch", "nvidia-cublas-cu12", "triton", "diffusers"])
    )
    assert ml.is_gpu_runtime_distribution("nvidia_cudnn_cu12")
    assert not ml.is_gpu_runtime_distribution("torch")
