//! PostgreSQL rounds as the vocabulary does.

use crate::world::World;
use gateway::read_models::co_financing::of_hours;
use sqlx::AssertSqlSafe;
use vocabulary::{BasisPoints, Euros, Minutes};

#[tokio::test]
async fn the_statement_rounds_as_a_line_does() {
    let world = World::new().await;
    let (mut rates, mut minutes, mut shares) = (vec![], vec![], vec![]);
    for rate in [-4999, -1, 0, 1, 2, 3, 1_999, 4_250, 4_999, 10_000, 1_000_000_000_000] {
        for time in [0, 1, 7, 29, 30, 31, 59, 60, 61, 359, 360, 1_440, 600_000] {
            for share in [0, 1, 2_499, 2_500, 3_333, 5_000, 9_999, 10_000] {
                rates.push(rate);
                minutes.push(time);
                shares.push(share);
            }
        }
    }
    let rounded: Vec<i64> = sqlx::query_scalar(AssertSqlSafe(format!(
        "select least({}, 9223372036854775807)::bigint
         from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as it (rate, minutes, share, place)
         order by place",
        of_hours("rate", "minutes", "share")
    )))
    .bind(&rates)
    .bind(minutes.iter().copied().map(i64::from).collect::<Vec<_>>())
    .bind(shares.iter().copied().map(i64::from).collect::<Vec<_>>())
    .fetch_all(&world.hub.hub.db)
    .await
    .unwrap();
    let inputs = rates.iter().zip(&minutes).zip(&shares);
    for (((rate, minutes), share), rounded) in inputs.zip(rounded) {
        let line = BasisPoints(*share).of_hours(Minutes(*minutes), Euros(*rate));
        assert_eq!(rounded, line.cents(), "{rate} an hour for {minutes} minutes at {share}");
    }
}
