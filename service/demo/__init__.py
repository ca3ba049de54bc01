"""A demonstration cohort of fictitious patients, as if a hospital had used Careway for years."""

from service.demo.cohort import PATIENTS, SEED, DemoReport, UnfinishedCohort, build, exists, stories

__all__ = ["PATIENTS", "SEED", "DemoReport", "UnfinishedCohort", "build", "exists", "stories"]
