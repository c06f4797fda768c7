//! Sessions that wait for the disk, whatever the default of their server, database, role or address.

use sqlx::PgConnection;

/// Has each commit of this session wait until it is on disk, and on that of a synchronous standby where there is one.
///
/// `remote_apply` waits for more than that and stays; `off`, `local` and `remote_write` wait for less and become `on`.
///
/// # Errors
/// When the database does not answer.
pub async fn set_durable(session: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query(
        "select set_config('synchronous_commit',
             case current_setting('synchronous_commit') when 'remote_apply' then 'remote_apply' else 'on' end, false)",
    )
    .persistent(false)
    .execute(session)
    .await?;
    Ok(())
}
