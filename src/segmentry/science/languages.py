"""In which language a text is written: told by its script, or by the stop words in it; unknown where neither says.

Stop words are the commonest words of a language, so a sentence of a few words has some (Grefenstette 1995). A word that
several languages share counts for each of them by its share only.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

STOP_WORDS: dict[str, tuple[str, ...]] = {
    code: tuple(words.split())
    for code, words in {
        "cs": """
            a aby ale ani bez byl byla bylo být co do i jako je jen jsem jsou k který která když má mi na nebo
            není o od po pro proto se si tak také to tu už v ve velmi všechno z za že
            """,
        "da": """
            af at blev da de den der det dig din du eller en er et for fra få han har havde hun hvad hvis i ikke
            jeg kan kun man med meget men mig min mit nej når og også om på som så til vi var ved vil
            """,
        "de": """
            aber alle als also am an auch auf aus bei bin bis das dass dem den der die dies doch ein eine einem
            einen er es für habe hat ich ihr im in ist ja kann kein keine leider man mehr mein mich mir mit nach
            nicht noch nur oder schon sehr sich sie sind so und uns vom von war was weil wenn wie wir wird zu
            zum zur
            """,
        "en": """
            a about after all also am an and any are as at be because been before but by can could did didn't do
            does doesn't don't for from had has have he her his i i'm if in is it it's its just me more my no
            not of on one or our out she so some than that the their them there they this to too up very was we
            were what when which who will with would you your
            """,
        "es": """
            a al algo aunque como con cuando de del desde donde el ella en era es esta este esto está estoy fue
            ha han hay la las le lo los mal me mi muy más nada ni no nos o para pero por porque que se sin sobre
            son su también tan todo un una y ya yo
            """,
        "fi": """
            ei eikä en että hän ja jo joka jos kanssa kuin kun me minun minä mitä mukaan mutta myös niin nyt
            olen oli olla on ovat se sekä sen siitä tai tämä vain voi
            """,
        "fr": """
            ai au aux avec ce cela ces cette dans de des du elle en est et eu il ils j'ai je la le les leur lui
            mais me mes moi mon même ne nous n'est on ou où par pas plus pour qu'il que qui sa sans se ses si
            son sont sur très tout un une vous été être c'est
            """,
        "hu": """
            a az és hogy nem is egy ez volt de csak már meg ha mint el van még vagy nagyon minden én ki mert
            pedig nekem szerint után lesz ami aki
            """,
        "it": """
            a ad al alla anche che chi ci come con da dal del della delle dei di e ed era gli ha ho i il in io
            la le lo ma mi mia mio molto nel nella non per perché più poco quando questa questo se si sono su
            sul tutto un una è stato
            """,
        "nl": """
            aan als bij dan dat de deze die dit door een en er het heeft heb hij hun ik in is je kan maar me met
            mijn naar niet nog of om onze ook op over te tot uit van veel voor was wat we wel werd zeer zijn zo
            zou ze
            """,
        "no": """
            av at ble da de den der det du eller en er et etter for fra han har hun hva hvis i ikke jeg kan kun
            man med meg meget men mer min mitt noe nå når og også om oss på som så til veldig vi var ved vil
            være
            """,
        "pl": """
            ale bardzo bez być był była było bo by co czy dla do gdy i ich ja jak jako jest już każdy mam mi
            mnie może na nie o od po pod przez się są ta tak tego ten to tylko tym w we wszystko z za ze że
            """,
        "pt": """
            a ao aos as até com como da das de do dos e ela ele em era essa esse esta este eu foi há isso já
            mais mas me mesmo meu minha muito na não nas no nos o os ou para pela pelo por porque quando que se
            sem ser seu sua são também tem um uma é
            """,
        "ro": """
            a acest această al am ar are au ca care ce cu de din dar este eu fi foarte fost în la mai mea mi
            mult nu o pe pentru prin sa sau se si sunt un una și să
            """,
        "sv": """
            alla att av bara blev de den det dig du där efter ej eller en ett från för ha hade han har hon i
            inte jag kan man med men mer mig min mitt mycket nu när och också om på som så sig till var vi vid
            vill är även
            """,
        "tr": """
            ama bana bir bu çok da daha de değil diye en gibi hem her hiç için ile ise kadar ki mi mu ne o olan
            olarak sonra şey ve veya ya yok var ben
            """,
    }.items()
}
"""Commonest words of languages written in Latin letters, by ISO 639 code."""

_SCRIPTS = (
    ("ja", ("HIRAGANA", "KATAKANA")),
    ("ko", ("HANGUL",)),
    ("zh", ("CJK",)),
    ("el", ("GREEK",)),
    ("he", ("HEBREW",)),
    ("hi", ("DEVANAGARI",)),
    ("th", ("THAI",)),
)
_SHARED_SCRIPTS = (
    ("ARABIC", (("fa", "پچژگک"), ("ar", ""))),
    ("CYRILLIC", (("uk", "іїєґ"), ("bg", "ъ"), ("ru", ""))),
)
"""Scripts of several languages, told apart by letters that only one of them uses often; the last one is the rest."""

_SURE = 0.6
_LEAD = 1.3
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_TAG = re.compile(r"<[^>]*>|https?://\S+|&\w+;")

_SHARES: dict[str, tuple[tuple[str, float], ...]] = {
    word: tuple((code, 1.0 / count) for code, words in STOP_WORDS.items() if word in words)
    for word, count in Counter(word for words in STOP_WORDS.values() for word in dict.fromkeys(words)).items()
}


def words_of(text: str) -> list[str]:
    """The words of a text in lower case; tags, addresses, numbers and signs are none.

    Args:
        text: Any text; markup in it is passed over.
    """
    return _WORD.findall(_TAG.sub(" ", unicodedata.normalize("NFC", text)).replace("’", "'").lower())


def told_language(text: str) -> str | None:
    """The ISO 639 code of the language; None where too few words tell it or two languages are as likely.

    Args:
        text: Any text.
    """
    script = _by_script(text)
    if script is not None:
        return script
    words = words_of(text)
    scores = Counter[str]()
    for word in words:
        for code, share in _SHARES.get(word, ()):
            scores[code] += share  # type: ignore[assignment]
    if not scores:
        return None
    (best, points), *others = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
    ahead = not others or points >= _LEAD * others[0][1]
    return best if points >= _SURE and ahead else None


def _by_script(text: str) -> str | None:
    """The language of a script other than Latin, where most letters are written in it."""
    if text.isascii():
        return None
    letters = [letter for letter in text if letter.isalpha()]
    scripts = Counter(unicodedata.name(letter, "?").split()[0].split("-")[0] for letter in letters if ord(letter) > 127)
    half = len(letters) / 2
    for code, names in _SCRIPTS:
        if sum(scripts[name] for name in names) > (0 if code == "ja" else half):
            return code
    for script, codes in _SHARED_SCRIPTS:
        if scripts[script] > half:
            return next(code for code, marks in codes if not marks or any(mark in text.lower() for mark in marks))
    return None
