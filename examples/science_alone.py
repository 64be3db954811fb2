"""The science as a library of its own: arrays in, frozen results out."""

import numpy as np

import segmentry as sg

truth = sg.science.BetaGeometric.from_parameters({"r": 0.5, "alpha": 8.0, "a": 0.8, "b": 2.5})
seen = truth.sample(np.full(4000, 52.0), random_state=1)

model = sg.science.BetaGeometric().fit(seen.frequency, seen.recency_age, seen.age)
print("parameters      ", {name: round(value, 3) for name, value in model.parameters_.items()})
print("standard errors ", {name: round(value, 3) for name, value in model.standard_errors_.items()})
print("purchases ahead ", round(float(model.predict(26.0).sum())), "in 26 weeks")
print("expected active ", round(float(model.p_alive().sum())), "of 4,000")
