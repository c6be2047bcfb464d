"""What a function does in a month, and the choices of a deployment that change its price."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.plan.model import Figure, Traffic

LAMBDA_TMP = Figure.exact(512, "default", "what every function has")


@dataclass(frozen=True, slots=True)
class Container:
    """The size of one task; `gb` as Fargate counts memory."""

    vcpu: float
    gb: float


@dataclass(frozen=True, slots=True)
class Choices:
    """How a target is set up, where the model's own assumption is not meant; None takes the assumption."""

    container: Container | None = None
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
