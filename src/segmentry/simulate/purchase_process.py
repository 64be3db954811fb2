"""Purchase histories drawn exactly from known processes, by rounds over the customers who are still active.

Every process runs on a customer's own clock, which starts at 0 with the first purchase. BG/NBD: Fader, Hardie & Lee
(2005), assumptions i to v; MBG/NBD: Batislam, Denizel & Filiztekin (2007); Pareto/NBD: Schmittlein, Morrison &
Colombo (1987); contractual: Fader & Hardie (2007), the shifted beta-geometric; clumpy: a Neyman-Scott cluster process
whose parents follow the BG/NBD.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segmentry.simulate.spec import PROCESSES, Process
from segmentry.terms.errors import EstimationError, Problem, near_miss, shorten

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

RENEWAL_DAYS = 30.0
"""Days between two renewals of a contract."""

BURST_SIZE = 1.5
"""Mean number of further purchases that one occasion of the clumpy process brings."""

BURST_DAYS = 3.0
"""Mean delay of such a further purchase, in days (exponential)."""


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Parameters of a population; each a number, or an array with one entry for each customer.

    Attributes:
        r: Shape of the gamma distribution of purchase rates.
        alpha: Its inverse scale, in days.
        a: First parameter of the beta distribution of dropout probabilities.
        b: Its second parameter.
        s: Shape of the gamma distribution of dropout rates (``pareto``).
        beta: Its inverse scale, in days (``pareto``).
    """

    r: ArrayLike = 0.243
    alpha: ArrayLike = 30.9
    a: ArrayLike = 0.793
    b: ArrayLike = 2.426
    s: ArrayLike = 0.606
    beta: ArrayLike = 81.7

    def arrays(self) -> tuple[Floats, ...]:
        """The six parameters in the order above, as floating-point arrays."""
        return tuple(np.asarray(value, np.float64) for value in (self.r, self.alpha, self.a, self.b, self.s, self.beta))


@dataclass(frozen=True, slots=True)
class Histories:
    """Purchases after the first, with the individual parameters that brought them.

    Attributes:
        customer: Index of the customer of each repeat purchase, ascending; shape (purchases,).
        time: Days since that customer's first purchase, ascending for each customer; shape (purchases,).
        rate: Purchases per day while active; shape (customers,).
        dropout: Dropout probability p (or churn probability theta), or rate mu for ``pareto``; shape (customers,).
        died: Days after the first purchase at which the customer left, infinite if not by the end; shape (customers,).
        occasion_customer: For ``clumpy`` the customer of each occasion that brings a burst; otherwise empty.
        occasion_time: Its time in days.
    """

    customer: Integers
    time: Floats
    rate: Floats
    dropout: Floats
    died: Floats
    occasion_customer: Integers
    occasion_time: Floats

    def summary(self, age: ArrayLike) -> tuple[Integers, Floats]:
        """Frequency and recency_age (days from first to last purchase) as seen at ``age`` days; shapes (customers,)."""
        count = len(self.rate)
        seen = self.time <= np.broadcast_to(np.asarray(age, float), count)[self.customer]
        frequency = np.bincount(self.customer[seen], minlength=count)
        recency = np.zeros(count)
        np.maximum.at(recency, self.customer[seen], self.time[seen])
        return frequency.astype(np.int64), recency

    def purchases_between(self, after: ArrayLike, until: ArrayLike) -> Integers:
        """Repeat purchases with ``after`` < time <= ``until`` (days, numbers or shape (customers,)) by customer."""
        count = len(self.rate)
        low = np.broadcast_to(np.asarray(after, float), count)[self.customer]
        high = np.broadcast_to(np.asarray(until, float), count)[self.customer]
        inside = (self.time > low) & (self.time <= high)
        return np.bincount(self.customer[inside], minlength=count).astype(np.int64)


def simulate_histories(
    process: Process,
    customers: int,
    until: ArrayLike,
    hyperparameters: Hyperparameters,
    seed: int | np.random.Generator,
) -> Histories:
    """Draw the repeat purchases of ``customers`` independent customers.

    Args:
        process: One of `PROCESSES`; ``seasonal`` is drawn as BG/NBD, its season being a change of clock.
        customers: Number of customers.
        until: Days observed after the first purchase, one number or shape (customers,).
        hyperparameters: Of the population, or of each customer.
        seed: Seed, or a generator to go on drawing from.

    Raises:
        EstimationError: Unknown process, or a parameter that is not positive and finite.
    """
    limit = np.broadcast_to(np.asarray(until, float), customers)
    _check(process, limit, hyperparameters)
    random = np.random.default_rng(seed)
    r, alpha, a, b, s, beta = hyperparameters.arrays()
    rate = random.gamma(r, 1.0 / alpha, customers)
    if process == "pareto":
        dropout = random.gamma(s, 1.0 / beta, customers)
        died = random.exponential(1.0, customers) / np.maximum(dropout, 1e-300)
        customer, time, _ = _rounds(rate, np.zeros(customers), np.minimum(limit, died), random)
        return _histories(customer, time, rate, dropout, np.where(died <= limit, died, np.inf))
    dropout = np.asarray(random.beta(a, b, customers))
    if process == "contractual":
        return _contracts(dropout, limit, random)
    if process == "clumpy":
        return _clumps(rate, dropout, limit, random)
    first = random.random(customers) < dropout if process == "modified_beta_geometric" else None
    customer, time, died = _rounds(rate, dropout, limit, random, first)
    return _histories(customer, time, rate, dropout, died)


def simulate_amounts(
    customer: Integers, customers: int, *, p: float, q: float, gamma: float, seed: int | np.random.Generator
) -> tuple[Floats, Floats]:
    """Amounts of purchases from the Gamma-Gamma model (Fader & Hardie 2013): z ~ Gamma(p, nu), nu ~ Gamma(q, gamma).

    Returns:
        The amount of each purchase, shape of ``customer``, and each customer's true mean p / nu, shape (customers,).
    """
    random = np.random.default_rng(seed)
    nu = np.maximum(random.gamma(q, 1.0 / gamma, customers), 1e-300)
    return random.gamma(p, 1.0, len(customer)) / nu[customer], p / nu


def _rounds(
    rate: Floats, dropout: Floats, limit: Floats, random: np.random.Generator, gone: NDArray[np.bool_] | None = None
) -> tuple[Integers, Floats, Floats]:
    """One exponential gap for each active customer in each round, then the coin of dropout."""
    now, died = np.zeros(len(rate)), np.full(len(rate), np.inf)
    if gone is not None:
        died[gone] = 0.0
    active = np.flatnonzero((rate > 0) & np.isinf(died))
    customers, times = [np.empty(0, np.int64)], [np.empty(0)]
    while active.size:
        now[active] += random.exponential(1.0, active.size) / rate[active]
        active = active[now[active] <= limit[active]]
        customers.append(active)
        times.append(now[active])
        dropped = random.random(active.size) < dropout[active]
        died[active[dropped]] = now[active[dropped]]
        active = active[~dropped]
    return np.concatenate(customers), np.concatenate(times), died


def _histories(customer: Integers, time: Floats, rate: Floats, dropout: Floats, died: Floats) -> Histories:
    order = np.argsort(customer, kind="stable")
    return Histories(customer[order], time[order], rate, dropout, died, np.empty(0, np.int64), np.empty(0))


def _contracts(dropout: Floats, limit: Floats, random: np.random.Generator) -> Histories:
    """A payment at each renewal until the renewal at which the customer quits."""
    quits = np.ceil(np.log1p(-random.random(len(dropout))) / np.log1p(-np.clip(dropout, 1e-12, 1 - 1e-12)))
    quits = np.maximum(quits, 1.0)
    offered = np.floor(limit / RENEWAL_DAYS)
    paid = np.minimum(quits - 1, offered).astype(np.int64)
    customer = np.repeat(np.arange(len(dropout)), paid)
    position = np.arange(len(customer)) - np.repeat(np.cumsum(paid) - paid, paid)
    died = np.where(quits <= offered, quits * RENEWAL_DAYS, np.inf)
    rate = np.full(len(dropout), 1.0 / RENEWAL_DAYS)
    return _histories(customer, (position + 1) * RENEWAL_DAYS, rate, dropout, died)


def _clumps(rate: Floats, dropout: Floats, limit: Floats, random: np.random.Generator) -> Histories:
    """Occasions at a rate lowered by the size of the bursts, each followed by further purchases a few days later."""
    count = len(rate)
    customer, time, died = _rounds(rate / (1 + BURST_SIZE), dropout, limit, random)
    parent = np.concatenate([np.arange(count), customer])
    start = np.concatenate([np.zeros(count), time])
    size = random.poisson(BURST_SIZE, len(parent))
    child = np.repeat(parent, size)
    moment = np.repeat(start, size) + random.exponential(BURST_DAYS, len(child))
    inside = moment <= limit[child]
    everybody, moments = np.concatenate([customer, child[inside]]), np.concatenate([time, moment[inside]])
    order = np.lexsort((moments, everybody))
    return Histories(everybody[order], moments[order], rate, dropout, died, parent, start)


def _check(process: str, limit: Floats, hyperparameters: Hyperparameters) -> None:
    found = []
    if process not in PROCESSES:
        hint = near_miss(str(process), PROCESSES) or f"Use one of {', '.join(PROCESSES)}."
        found.append(Problem("SIMULATION_PROCESS", "There is no such purchase process", "process", str(process), hint))
    for name in ("r", "alpha", "a", "b", "s", "beta"):
        value = np.asarray(getattr(hyperparameters, name), float)
        if not (np.isfinite(value).all() and (value > 0).all()):
            text = "A parameter of the population is not positive and finite"
            found.append(Problem("SIMULATION_PARAMETER", text, name, shorten(value), "Give positive numbers."))
    if not (np.isfinite(limit).all() and (limit >= 0).all()):
        text = "The time observed is negative or not finite"
        found.append(Problem("SIMULATION_AGE", text, "until", shorten(limit), "Give days from 0 on."))
    if found:
        raise EstimationError(found)
