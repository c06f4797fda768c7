//! The audit service as a process of its own.

fn main() -> anyhow::Result<()> {
    chassis::alone(audit::service())
}
