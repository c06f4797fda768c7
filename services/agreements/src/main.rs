//! The agreements service as a process of its own.

fn main() -> anyhow::Result<()> {
    chassis::alone(agreements::service())
}
