//! What no compiler checks: arrows, purity, length, contracts.
