"""What containers pay to be reached and to reach the internet."""

from __future__ import annotations

from archlint.knowledge.prices import assumption
from archlint.plan.cost.corner import Corner
from archlint.plan.cost.shape import NETWORK, Rate


def nat(corner: Corner, payload_gb: float) -> tuple[Rate, ...]:
    """One NAT gateway, where the workload says that there is none yet."""
    if corner.workload.network == "nat":
        return (Rate(NETWORK, corner.hours * corner.price("nat_h"), payload_gb * corner.price("nat_gb")),)
    if corner.workload.network == "none":
        corner.assume("NAT gateway and public IPv4 addresses are not counted")
    return ()


def address(corner: Corner) -> float:
    """Dollars a month that each task's public IPv4 address adds."""
    return corner.hours * corner.price("public_ipv4_h") if corner.workload.network == "public" else 0.0


def load_balancer(corner: Corner) -> tuple[Rate, ...]:
    """One ALB; its capacity units by new connections, of which the cheap end has none (kept alive), or by bytes."""
    if not corner.workload.http:
        return ()
    hour = corner.price("alb_lcu_h")
    connections = 0.0 if corner.side == "low" else 1 / (corner.seconds * corner.taken("lcu_connections_s"))
    transfer = corner.payload_gb / (corner.hours * assumption("lcu_gb_h").estimate)
    lcu = max(connections, transfer) * hour * corner.hours
    return (Rate(NETWORK, corner.hours * corner.price("alb_h"), lcu),)
