"""Verification: is a backward pass the derivative of its forward pass, and the forward the authored equations?"""

from symrnn.verification.black_box import verify_functions as verify_functions
from symrnn.verification.certificate import Certificate as Certificate
from symrnn.verification.protocol import verify as verify
