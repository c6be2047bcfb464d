"""Dollars and numbers of requests as people read them."""

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


MILLION = 1e6
CENT = 0.01


def usd(dollars: float) -> str:
    """Cents below a thousand dollars, whole dollars above; less than a cent with its first two digits."""
    size = abs(dollars)
    if size and size < CENT:
        return f"${dollars:.2g}"
    return f"${dollars:,.2f}" if size < 1000 else f"${dollars:,.0f}"


def per_million(dollars: float) -> str:
    """The price of a million requests, given that of one."""
    return usd(dollars * MILLION)


def requests_text(count: float) -> str:
    """Such as "940 thousand" or "4.8 million"."""
    for size, word in ((1e9, " billion"), (1e6, " million"), (1e4, " thousand")):
        if count >= size:
            scaled = count / (size if word != " thousand" else 1e3)
            return f"{scaled:,.{0 if scaled >= 100 else 1}f}{word}"
    return f"{count:,.0f}"
