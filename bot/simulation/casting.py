"""Chooses what the residents of a rehearsal say: sentences of our corpus that the model in service reads as one need."""

from pathlib import Path

from bot.simulation.plan import Matters, Plea
from bot.understanding import open_models, open_reader
from conversations.codes import Urgency
from conversations.reading import Reading
from data.corpus import Sentence, load_corpus
from data.faults import BadRows, Fault, rows_folder
from data.places import load_places
from data.simulation import Simulation

_BATCH = 256


def cast(rows: Simulation, home: Path, seed: int) -> Matters:
    """Who comes, one after the other. What is rehearsed is the desk: how well texts are read is measured elsewhere, so
    needs that would open no ticket, or two, are left out; what people say while they wait is not."""
    faults: list[Fault] = []
    places = load_places(rows_folder(), faults)
    if faults:
        raise BadRows(faults)
    roads = sorted((homes[0], road) for road, homes in places.roads.items() if len(homes) == 1)
    return Matters(rows, _pleas(rows, home), roads, seed)


def _pleas(rows: Simulation, home: Path) -> list[Plea]:
    reader, found = open_reader(open_models(home)), []
    sentences = [one for one in load_corpus() if one.intent.opens_case and not one.intents]
    for n in range(0, len(sentences), _BATCH):
        batch = sentences[n : n + _BATCH]
        readings = reader.read([one.text for one in batch], [rows.campaign.start] * len(batch))
        found += [
            Plea(one.text, one.intent, one.urgency)
            for one, reading in zip(batch, readings, strict=True)
            if _one_need(one, reading)
        ]
    return found


def _one_need(one: Sentence, reading: Reading) -> bool:
    facts = reading.entities
    return (
        reading.intent.opens_case
        and not (reading.intents or reading.acts or facts.addresses or facts.phones)
        and (reading.urgency == Urgency.CRITICAL) is (one.urgency == Urgency.CRITICAL)
    )
