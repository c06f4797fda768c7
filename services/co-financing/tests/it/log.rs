//! The log of this service, as another process reads it.

use crate::play::Play;
use bus::{Error, LogSource, There};
use chassis::{PEER_TIMEOUT, peer_client};

#[tokio::test]
async fn a_page_that_is_skimmed_over_http_says_what_it_says_here() {
    let play = Play::new().await;
    play.confirmed(1, 360).await;
    let end = play.hub.events("co-financing").await.pop().unwrap().position;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = play.hub.internal.clone();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let far =
        |secret: &str| LogSource::There(There::new("co-financing", &url, secret, peer_client(PEER_TIMEOUT).unwrap()));
    let (here, there) = (LogSource::from(play.hub.hub.log.clone()), far(&play.hub.hub.secrets.log_secret().unwrap()));
    let limit = usize::try_from(end).unwrap();
    let days: &[&str] = &["claim", "contribution-day"];
    for (after, categories, answer) in [
        (0, days, Some((1, end, true))),
        (0, &["claim", "contribution"], Some((1, end, false))),
        (end - 1, &["claim"], Some((end, end, false))),
        (end, days, None),
    ] {
        let skimmed = there.skim(&play.hub.region, after, limit, categories).await.unwrap();
        assert_eq!(skimmed.map(|page| (page.first, page.last, page.concerns)), answer, "{categories:?} after {after}");
        assert_eq!(skimmed, here.skim(&play.hub.region, after, limit, categories).await.unwrap());
    }
    assert_eq!(there.page(&play.hub.region, 0, limit).await.unwrap().len(), limit, "without it the events come");
    let refused = far("guessed").skim(&play.hub.region, 0, limit, days).await;
    assert!(matches!(&refused, Err(Error::Http(error)) if error.status().is_some_and(|it| it == 401)), "{refused:?}");
    serving.abort();
}
