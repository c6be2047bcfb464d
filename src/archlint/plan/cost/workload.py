"""What a function does in a month, and the choices of a deployment that change its price."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.knowledge.triggers import trigger_type
from archlint.model.deployed import Deployed
from archlint.model.function import Function
from archlint.plan.model import Figure, Traffic
from archlint.plan.usage.file import FunctionUsage, Usage
from archlint.values import Known, known_or_none

MS = 1000
SECONDS_PER_MONTH = 730 * 3600
UNKNOWN_TMP = Figure(512, 512, 10240, "default", "the template leaves it open")


def workload(deployed: Deployed, usage: Usage) -> Workload:
    """Figures that nobody has stated stay None."""
    function, said = deployed.function, usage.of(deployed.function.id)
    memory = function.memory_mb.value
    tmp = function.ephemeral_mb.value
    requests, duration = said.get("monthly_requests"), _duration(said, known_or_none(memory))
    speedup = said.get("gpu_speedup")
    if speedup is None and function.accelerator:
        speedup = Figure.exact(1, "derived", "it runs on a GPU today")
    return Workload(
        memory_mb=Figure.exact(memory.value, "derived") if isinstance(memory, Known) else None,
        monthly_requests=requests,
        duration_s=duration,
        init_s=_scaled(said.get("init_ms"), 1 / MS),
        cold_share=said.get("cold_share"),
        peak_factor=said.get("peak_factor") or _peak(said, requests, duration),
        concurrency=said.get("concurrency"),
        gpu_speedup=speedup,
        payload_mb=said.get("payload_mb"),
        ephemeral_mb=Figure.exact(tmp.value, "derived") if isinstance(tmp, Known) else UNKNOWN_TMP,
        model_mb=said.get("model_mb"),
        image_mb=said.get("image_mb"),
        steps=said.get("steps"),
        items=said.get("items"),
        region=usage.region,
        architecture=known_or_none(function.architecture.value),
        package=known_or_none(function.package) or "zip",
        gpu=said.gpu,
        today=_today(function),
        http=any(trigger.sync and trigger_type(trigger.type).http for trigger in function.triggers),
        free_tier=usage.free_tier,
    )


def _today(function: Function) -> str:
    """The target whose prices hold today."""
    if function.capacity_provider:
        return "lambda-managed-instances-gpu" if function.accelerator else "lambda-managed-instances"
    if function.provisioned_concurrency:
        return "lambda-provisioned"
    return "lambda-snapstart" if function.snapstart else "lambda-stay"


def _scaled(figure: Figure | None, factor: float) -> Figure | None:
    if figure is None:
        return None
    return Figure(figure.low * factor, figure.estimate * factor, figure.high * factor, figure.provenance, figure.note)


def _duration(said: FunctionUsage, memory_mb: int | None) -> Figure | None:
    """The stated duration, or what a tuning run measured at the configured memory; nothing in between sizes."""
    stated = _scaled(said.get("request_duration_ms"), 1 / MS)
    milliseconds = None if memory_mb is None else said.duration_by_memory_ms.get(memory_mb)
    if stated is not None or milliseconds is None:
        return stated
    return Figure.exact(milliseconds / MS, "measured", f"a tuning run at {memory_mb:,} MB")


def _peak(said: FunctionUsage, requests: Figure | None, duration: Figure | None) -> Figure | None:
    """Peak over mean concurrency, never below one."""
    peak = said.get("peak_concurrency")
    if peak is None or requests is None or duration is None:
        return None
    means = [n * d / SECONDS_PER_MONTH for n, d in ((requests.high, duration.high), (requests.low, duration.low))]
    mean = requests.estimate * duration.estimate / SECONDS_PER_MONTH
    if not all(value > 0 for value in (*means, mean)):
        return None
    parts = (peak.low / means[0], peak.estimate / mean, peak.high / means[1])
    low, estimate, high = (max(1.0, part) for part in parts)
    return Figure(low, estimate, high, "derived", "peak_concurrency over the mean")


LAMBDA_TMP = Figure.exact(512, "default", "what every function has")


@dataclass(frozen=True, slots=True)
class ContainerSize:
    """The size of one task; `gb` as Fargate counts memory."""

    vcpu: float
    gb: float


@dataclass(frozen=True, slots=True)
class Choices:
    """How a target is set up, where the model's own assumption is not meant; None takes the assumption."""

    container: ContainerSize | None = None
    utilisation: float | None = None
    least: int | None = None
    """Tasks, instances or provisioned environments that always run."""
    managed: bool = True
    """GPU instances of ECS are Managed Instances, which carry a fee."""
    spot: bool = False
    versions: int = 1
    """Versions that SnapStart keeps a snapshot of."""
    jobs_of: float = 1
    """Requests that one Batch job works off."""
    boot_s: Figure | None = None
    start_s: Figure | None = None
    tail: Figure | None = None
    """Modal: idle seconds paid for each busy second."""
    cores: float | None = None
    """Modal: physical cores, two vCPU each."""
    gib: float | None = None
    multiplier: float = 1
    """Modal: 1.5 to 1.75 for a chosen region, 3 for non-preemptible."""
    credit: float = 0
    """Modal: free dollars a month."""


DEFAULT_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class Workload:
    """One function's demand. None is "not known"; seconds, megabytes and shares as the names say.

    `duration_s` is the mean time on Lambda; `concurrency` how many requests one container works on at once;
    `gpu_speedup` how many times as fast a GPU is as the function is today."""

    memory_mb: Figure | None = None
    monthly_requests: Figure | None = None
    duration_s: Figure | None = None
    init_s: Figure | None = None
    cold_share: Figure | None = None
    peak_factor: Figure | None = None
    """Peak over mean concurrency."""
    concurrency: Figure | None = None
    gpu_speedup: Figure | None = None
    payload_mb: Figure | None = None
    """In and out, of one request."""
    ephemeral_mb: Figure = LAMBDA_TMP
    model_mb: Figure | None = None
    image_mb: Figure | None = None
    steps: Figure | None = None
    """Durable operations of one request."""
    items: Figure | None = None
    """Records that one request loops over."""
    region: str = "us-east-1"
    architecture: str | None = "x86_64"
    package: str = "zip"
    gpu: str | None = None
    """The model of GPU; None takes the smallest one with 16 GB where a target needs one."""
    needs_gpu: bool = False
    """The code runs on nothing else: a target that can do with or without one has one."""
    http: bool = False
    """Callers wait over HTTP: a service of containers needs a load balancer."""
    network: str = "none"
    """What containers add: "none" (there, or not counted), "nat" for a NAT gateway, "public" for IPv4 addresses."""
    free_tier: bool = False
    today: str = "lambda-stay"
    """The target whose prices hold today, such as lambda-provisioned; lambda-stay is on demand."""
    choices: Choices = DEFAULT_CHOICES

    @property
    def on_gpu(self) -> bool:
        """Whether a target that can do with or without a GPU has one."""
        return self.needs_gpu or self.gpu is not None or self.gpu_speedup is not None

    @property
    def traffic(self) -> Traffic:
        return Traffic(self.monthly_requests, self.duration_s, self.init_s, self.cold_share, self.peak_factor)
