"""Test questions that an arm has seen before the test: in whatever its parts were made from."""

from workbench.compare.leaks.searching import LeakReport, find_leaks, search_place

__all__ = ["LeakReport", "find_leaks", "search_place"]
