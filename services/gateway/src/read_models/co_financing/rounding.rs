//! The rule by which cents are rounded, where PostgreSQL must apply it.
//!
//! The rule is `vocabulary::BasisPoints::of_hours`; `the_statement_rounds_as_a_line_does` compares both.

/// What minutes cost at a share (basis points) of an hourly rate (cents), in whole cents and as `numeric`: rounded once, half
/// a cent or more away from zero. The arguments are expressions of whole numbers.
#[must_use]
pub fn of_hours(rate: &str, minutes: &str, share: &str) -> String {
    let exact = format!("({rate})::numeric * ({minutes}) * ({share})");
    // `div` is exact, where a quotient would have been rounded before.
    format!("(sign({exact}) * div(abs({exact}) * 2 + 600000, 1200000))")
}
