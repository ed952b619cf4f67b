"""Grafana's dashboards: one a service and one for the way of a claim, written as JSON beside what they are made from.

`python -m deploy.reference` writes them; a test keeps them so, and asks that every metric and label in them exists.
"""
