//! The co-financing service as a process of its own.

fn main() -> anyhow::Result<()> {
    chassis::alone(co_financing::service())
}
