"""Files from outside are shown to the city's virus scanner before anything of them is kept.

The scanner is any command (setting MANYUAN_VIRUS_SCANNER). Whoever takes a file in calls `refuse_infected(name, content)` outside its
transaction: a scan may take seconds and must not hold the database. Without the setting no file is scanned.
"""

from manyuan.facts.scanning.scanner import refuse_infected

__all__ = ["refuse_infected"]
