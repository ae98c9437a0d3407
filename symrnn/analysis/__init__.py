"""What can be said about cells without running them: what kind of recurrence one is, and whether two are the same."""

from symrnn.analysis.equivalence import Equivalence as Equivalence
from symrnn.analysis.equivalence import equivalent as equivalent
from symrnn.analysis.mapping import Formula as Formula
from symrnn.analysis.mapping import neg as neg
from symrnn.analysis.mapping import of as of
from symrnn.analysis.structure import Structure as Structure
from symrnn.analysis.structure import structure as structure
