//! Who may do what on NATS: every user against the subjects and streams of every service, on a real nats-server.

use crate::bad_days::hub::directory;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use async_nats::jetstream::{self, stream::Config as Made};
use async_nats::{Client, ConnectOptions, Event};
use embedded::{Config, NatsUser, Servers};
use futures_util::{FutureExt, StreamExt};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::spawn_blocking;

/// A nats-server with the users of the hub.
struct Ground {
    servers: Servers,
    users: Vec<NatsUser>,
    _data: tempfile::TempDir,
}

/// A user that is connected, and how often the server refused it something.
struct Connected {
    user: NatsUser,
    client: Client,
    refused: Arc<AtomicUsize>,
}

impl Ground {
    async fn start() -> Self {
        let data = directory();
        let users = regiohub::nats_users::users(&bus::Names::default());
        let mut config = Config::new(data.path().join("servers"), std::env::var("REGIOHUB_SERVERS").unwrap());
        config.postgres_url = Some("postgres://none".into());
        config.nats_users.clone_from(&users);
        let servers = spawn_blocking(move || Servers::start(&config)).await.unwrap().unwrap();
        Self { servers, users, _data: data }
    }

    async fn connect(&self, name: &str) -> Connected {
        let user = self.users.iter().find(|user| user.name == name).unwrap().clone();
        let refused = Arc::new(AtomicUsize::new(0));
        let counted = refused.clone();
        let options = ConnectOptions::with_user_and_password(name.into(), self.servers.nats_passwords[name].clone())
            .custom_inbox_prefix(format!("_INBOX_{name}"))
            .event_callback(move |event| {
                let counted = counted.clone();
                async move {
                    if matches!(&event, Event::ServerError(error) if error.to_string().contains("ermissions")) {
                        counted.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        let client = options.connect(&self.servers.nats_url).await.unwrap();
        Connected { user, client, refused }
    }

    async fn everyone(&self) -> Vec<Connected> {
        let mut all = Vec::new();
        for user in &self.users {
            all.push(self.connect(&user.name).await);
        }
        all
    }

    fn services(&self) -> Vec<String> {
        self.users.iter().filter(|user| user.name == user.account).map(|user| user.account.clone()).collect()
    }

    async fn stop(self) {
        spawn_blocking(move || drop(self)).await.unwrap();
    }
}

impl Connected {
    fn jetstream(&self) -> jetstream::Context {
        jetstream::new(self.client.clone())
    }

    /// Whatever was sent before this has been dealt with when it is answered.
    async fn round_trip(&self) {
        let subject = format!("$JS.API.STREAM.INFO.{}_aa", self.user.account);
        self.client.request(subject, "".into()).await.unwrap();
    }

    async fn send(&self, subject: String, payload: String) {
        let reply = self.client.new_inbox();
        self.client.publish_with_reply(subject, reply, payload.into()).await.unwrap();
    }

    /// Makes the stream of its service's log, with one event.
    async fn fill(&self) {
        let service = &self.user.account;
        let made =
            Made { name: format!("{service}_aa"), subjects: vec![format!("hub.{service}.aa.>")], ..Made::default() };
        self.jetstream().create_stream(made).await.unwrap();
        let sent = self.jetstream().publish(format!("hub.{service}.aa.thing.thing-happened"), "true".into()).await;
        assert_eq!(sent.unwrap().await.unwrap().sequence, 1);
    }

    async fn reads(&self) {
        let stream = self.jetstream().get_stream(format!("{}_aa", self.user.account)).await.unwrap();
        let mut messages = stream.create_consumer(OrderedConfig::default()).await.unwrap().messages().await.unwrap();
        let first = tokio::time::timeout(Duration::from_secs(10), messages.next()).await.unwrap().unwrap().unwrap();
        assert_eq!((first.payload.as_ref(), first.info().unwrap().stream_sequence), (&b"true"[..], 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_service_makes_fills_and_reads_its_own_streams() {
    let ground = Ground::start().await;
    for service in ground.services() {
        let (own, reader) = (ground.connect(&service).await, ground.connect(&format!("{service}_reader")).await);
        own.fill().await;
        let stream = own.jetstream().get_stream(format!("{service}_aa")).await.unwrap();
        assert_eq!(stream.get_raw_message(1).await.unwrap().payload, "true");
        own.reads().await;
        reader.reads().await;
        for (from, to, subject) in
            [(&own, &reader, format!("hub_ping.{service}")), (&reader, &own, format!("hub_doubt.{service}.aa"))]
        {
            let mut heard = to.client.subscribe(subject.clone()).await.unwrap();
            to.round_trip().await;
            from.client.publish(subject, "aa 1".into()).await.unwrap();
            let message = tokio::time::timeout(Duration::from_secs(10), heard.next()).await.unwrap().unwrap();
            assert_eq!(message.payload, "aa 1");
        }
        own.jetstream().delete_stream(format!("{service}_aa")).await.unwrap();
        own.fill().await;
        for connected in [&own, &reader] {
            connected.round_trip().await;
            assert_eq!(connected.refused.load(Ordering::SeqCst), 0, "{}", connected.user.name);
        }
    }
    ground.stop().await;
}

/// What every stream is, as its own service sees it.
async fn states(everyone: &[Connected]) -> Vec<String> {
    let mut states = Vec::new();
    for own in everyone.iter().filter(|one| one.user.name == one.user.account) {
        let stream = own.jetstream().get_stream(format!("{}_aa", own.user.account)).await.unwrap();
        let info = stream.cached_info();
        states.push(format!("{} {} {:?} {:?}", info.config.name, info.created, info.config.subjects, info.state));
    }
    states
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_foreign_subject_and_stream_is_denied() {
    let ground = Ground::start().await;
    let everyone = ground.everyone().await;
    for own in everyone.iter().filter(|one| one.user.name == one.user.account) {
        own.fill().await;
    }
    let before = states(&everyone).await;
    for user in &everyone {
        let (name, account) = (&user.user.name, &user.user.account);
        for service in ground.services() {
            let publishes = *name == service;
            let same = *account == service;
            let stream = format!("{service}_aa");
            let made = format!(
                r#"{{"name":"{stream}","subjects":["hub.{service}.aa.>"],"retention":"limits","storage":"file"}}"#
            );
            let consumer = format!(r#"{{"stream_name":"{stream}","config":{{"ack_policy":"none"}}}}"#);
            let lasting =
                format!(r#"{{"stream_name":"{stream}","config":{{"durable_name":"x","ack_policy":"none"}}}}"#);
            let mut tried = vec![
                (format!("$JS.API.STREAM.UPDATE.{stream}"), made.clone()),
                (format!("$JS.API.STREAM.PURGE.{stream}"), String::new()),
                (format!("$JS.API.STREAM.MSG.DELETE.{stream}"), r#"{"seq":1}"#.into()),
                (format!("$JS.API.STREAM.SNAPSHOT.{stream}"), format!(r#"{{"deliver_subject":"_INBOX_{name}.x"}}"#)),
                (format!("$JS.API.CONSUMER.DURABLE.CREATE.{stream}.x"), lasting.clone()),
                (format!("$JS.API.CONSUMER.CREATE.{stream}.x"), lasting.clone()),
                (format!("$JS.API.CONSUMER.CREATE.{stream}"), lasting.clone()),
                ("$SYS.REQ.SERVER.PING".into(), String::new()),
                (format!("_INBOX_{service}.x"), "forged".into()),
                (format!("_INBOX_{service}_reader.x"), "forged".into()),
            ];
            if !publishes {
                tried.extend([
                    (format!("hub.{service}.aa.thing.thing-happened"), "forged".into()),
                    (format!("hub.{service}.aa.thing"), "forged".into()),
                    (format!("hub_ping.{service}"), "aa 9".into()),
                    (format!("$JS.API.STREAM.CREATE.{stream}"), made),
                    (format!("$JS.API.STREAM.DELETE.{stream}"), String::new()),
                    (format!("$JS.API.STREAM.MSG.GET.{stream}"), r#"{"seq":1}"#.into()),
                ]);
            }
            if !same {
                tried.extend([
                    (format!("hub_doubt.{service}.aa"), "1".into()),
                    (format!("$JS.API.CONSUMER.CREATE.{stream}"), consumer),
                ]);
            }
            for (subject, payload) in tried {
                user.send(subject, payload).await;
            }
        }
        // Streams of foreign names that it made in its own account are no foreign streams.
        user.round_trip().await;
        assert_eq!(states(&everyone).await, before, "after what {name} tried");
        let least = ground.services().len() * 5;
        assert!(user.refused.load(Ordering::SeqCst) >= least, "{name} was refused {:?}", user.refused);
    }
    ground.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_listens_to_what_is_meant_for_others() {
    let ground = Ground::start().await;
    let everyone = ground.everyone().await;
    for own in everyone.iter().filter(|one| one.user.name == one.user.account) {
        own.fill().await;
    }
    let mut listening = Vec::new();
    for user in &everyone {
        let (name, account) = (&user.user.name, &user.user.account);
        let mut subjects = vec![">".to_owned(), "*.>".into(), "$JS.API.>".into(), "_INBOX.>".into()];
        for service in ground.services() {
            subjects.extend([format!("hub.{service}.>"), format!("$JS.ACK.{service}_aa.>")]);
            let inboxes = [service.clone(), format!("{service}_reader")];
            subjects.extend(inboxes.iter().filter(|inbox| *inbox != name).map(|inbox| format!("_INBOX_{inbox}.>")));
            if *account != service {
                subjects.push(format!("hub_ping.{service}"));
            }
            if *name != service {
                subjects.push(format!("hub_doubt.{service}.>"));
            }
        }
        for subject in subjects {
            listening.push((name, subject.clone(), user.client.subscribe(subject).await.unwrap()));
        }
        user.round_trip().await;
    }
    for user in &everyone {
        let (name, account) = (&user.user.name, &user.user.account);
        if name == account {
            let sent = user.jetstream().publish(format!("hub.{name}.aa.thing.thing-happened"), "true".into()).await;
            sent.unwrap().await.unwrap();
            user.client.publish(format!("hub_ping.{name}"), "aa 2".into()).await.unwrap();
        }
        user.client.publish(format!("hub_doubt.{account}.aa"), "1".into()).await.unwrap();
        user.reads().await;
    }
    for user in &everyone {
        user.round_trip().await;
    }
    for (name, subject, mut heard) in listening {
        let message = heard.next().now_or_never().flatten();
        assert!(message.is_none(), "{name} heard {message:?} under {subject}");
    }
    ground.stop().await;
}
