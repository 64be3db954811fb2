"""What customers say by themselves: ratings and reviews that follow their satisfaction, and remarks of the staff."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from segmentry.simulate.catalog import product_ids
from segmentry.simulate.columns import numbered
from segmentry.simulate.latent_segments import DRIFT_DAYS
from segmentry.simulate.parts.ground import Ground, Part, Sheet, empty, joined, points, texts
from segmentry.simulate.places import PLACES
from segmentry.simulate.purchase_process import Floats, Integers

TOLD = 0.5
"""Ratings for each customer."""
KINDS = ("csat", "nps", "ces", "review", "remark", "rejection")
_KIND_SHARES = (0.28, 0.26, 0.10, 0.30, 0.05, 0.01)
LOW, HIGH = (1, 0, 1, 1, 1, 1), (5, 10, 7, 5, 5, 5)
TOPICS = ("delivery", "quality", "price", "service")
DRIFT = 0.25
"""Fall of satisfaction in the last 90 days, where the company drifts."""

_GOOD = {
    "en": ("arrived quickly and well packed", "is beautiful and very well made", "is excellent value", "was friendly"),
    "de": ("kam schnell und gut verpackt", "ist schön und gut verarbeitet", "ist sehr günstig", "war freundlich"),
    "fr": ("est arrivé vite et bien emballé", "est beau et solide", "est très avantageux", "était aimable"),
    "es": ("llegó rápido y bien embalado", "es bonito y de calidad", "es muy barato", "fue amable"),
}
_BAD = {
    "en": ("was late and damaged", "is poor and broke at once", "is far too expensive", "was rude and useless"),
    "de": ("kam spät und beschädigt", "ist schlecht und sofort zerbrochen", "ist zu teuer", "war unfreundlich"),
    "fr": ("est arrivé tard et abîmé", "est mauvais et cassé", "est trop cher", "était désagréable"),
    "es": ("llegó tarde y dañado", "es malo y se rompió", "es demasiado caro", "fue grosero"),
}
_THING = {
    "en": ("The parcel", "The product", "The price", "The service"),
    "de": ("Das Paket", "Das Produkt", "Der Preis", "Der Service"),
    "fr": ("Le colis", "Le produit", "Le prix", "Le service"),
    "es": ("El paquete", "El producto", "El precio", "El servicio"),
}
_CLOSING = {
    "en": ("I hate it, what a terrible disappointment.", "I am not happy.", "I love it, thank you."),
    "de": ("Eine große Enttäuschung.", "Ich bin nicht zufrieden.", "Vielen Dank, gerne wieder."),
    "fr": ("Quelle déception.", "Je ne suis pas content.", "Merci beaucoup."),
    "es": ("Qué decepción.", "No estoy contento.", "Muchas gracias."),
}
_TONGUES = tuple(_GOOD)
_AT_HOME = {"Germany": "de", "France": "fr", "Spain": "es"}


def grow(ground: Ground) -> Part:
    """The part ``feedback``: truth ``satisfaction`` (each customer's, 0 to 1) and ``sentiments`` (of each text)."""
    random = ground.random("feedback")
    number = random.poisson(TOLD, len(ground.people))
    customer = np.repeat(np.arange(len(number)), number)
    day = ground.late(customer, random, 540.0)
    kind = random.choice(len(KINDS), len(customer), p=_KIND_SHARES)
    content = 1.0 - ground.unhappy[customer]
    if ground.spec.drift:
        content = content - DRIFT * (day > ground.spec.days - DRIFT_DAYS)
    felt = np.clip(content + 0.08 * random.standard_normal(len(customer)), 0.0, 1.0)
    sheet = _sheet(ground, (customer, day, kind), felt, random)
    records = ground.customers(np.arange(len(number)))
    sentiments = {"feedback": sheet["FeedbackId"], "felt": pa.array(felt), "language": sheet["Language"]}
    truth = {
        "satisfaction": pa.table({"record": records, "satisfaction": 1.0 - ground.unhappy}),
        "sentiments": pa.table(sentiments),
    }
    return Part((Sheet("feedback", "feedback", sheet),), truth)


def _sheet(
    ground: Ground, told: tuple[Integers, Floats, Integers], felt: Floats, random: np.random.Generator
) -> pa.Table:
    customer, day, kind = told
    low, high = np.asarray(LOW)[kind], np.asarray(HIGH)[kind]
    by_staff = kind >= KINDS.index("remark")
    topic = random.integers(0, len(TOPICS), len(customer))
    tongue = _tongues(ground, customer, random)
    worded = (kind >= KINDS.index("review")) | (random.random(len(customer)) < 0.3)
    tongue = np.where(by_staff, 0, tongue)
    rating = points(low + felt * (high - low), 0, 10)
    return pa.table(
        {
            "FeedbackId": numbered("F", np.arange(1, len(customer) + 1), 8),
            "CustomerNo": ground.customers(customer),
            "SubmittedAt": ground.moments(day),
            "Kind": texts(kind, KINDS),
            "Author": texts(by_staff, ("customer", "service")),
            "Rating": empty(pa.array(rating), ~by_staff),
            "ScaleMin": empty(pa.array(low), ~by_staff),
            "ScaleMax": empty(pa.array(high), ~by_staff),
            "ReviewText": empty(_words(tongue, topic, felt), worded),
            "Language": empty(texts(tongue, _TONGUES), worded),
            "Topic": texts(topic, TOPICS),
            "ProductId": empty(product_ids(random.integers(0, ground.spec.products, len(customer))), kind == 3),
        }
    )


def _tongues(ground: Ground, customer: Integers, random: np.random.Generator) -> NDArray[np.int64]:
    """People write English, but many in Germany, France and Spain write as they speak."""
    own = np.array([_TONGUES.index(_AT_HOME.get(country, "en")) for country, _, _ in PLACES])
    return np.where(random.random(len(customer)) < 0.6, own[ground.people.place[customer]], 0)


def _words(tongue: Integers, topic: Integers, felt: Floats) -> Any:
    """A sentence on the topic and a closing one, good or bad as it was felt."""
    cell = tongue * len(TOPICS) + topic
    good = felt > 0.5
    things = [word for name in _TONGUES for word in _THING[name]]
    said = [word for table in (_BAD, _GOOD) for name in _TONGUES for word in table[name]]
    closing = [word for name in _TONGUES for word in _CLOSING[name]]
    mood = np.where(felt > 0.65, 2, np.where(felt > 0.35, 1, 0))
    mood = np.where((mood == 1) & good, 2, mood)
    what = texts(good * len(_TONGUES) * len(TOPICS) + cell, said)
    return joined(texts(cell, things), " ", what, ". ", texts(tongue * 3 + mood, closing))
