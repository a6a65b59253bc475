//! What is measured of each backend, beside what, and the reach.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::child::Receiver;
use crate::load::{Load, now, rate};
use crate::servers::Database;
use crate::table::Row;
use crate::{baselines, peers};

const CONNECTIONS: usize = 32;
const BYTES: usize = 110;
const NEVER: usize = usize::MAX;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
    Redis,
    Nats,
}

impl Backend {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "sqlite" => Some(Self::Sqlite),
            "postgres" => Some(Self::Postgres),
            "redis" => Some(Self::Redis),
            "nats" => Some(Self::Nats),
            _ => None,
        }
    }

    /// How many are posted while the worker runs.
    fn posted(self) -> usize {
        match self {
            Self::Sqlite | Self::Postgres => 5000,
            Self::Redis | Self::Nats => 20_000,
        }
    }
}

/// How many wait, before they are worked off.
const WAITING: usize = 10_000;

/// The figures of one run, in deliveries a second.
#[derive(Default)]
struct Run {
    accepted: f64,
    within: Duration,
    worked_off: f64,
    waiting: f64,
    plain: Option<f64>,
    peer: Option<peers::Peer>,
    batched: Option<peers::Peer>,
}

pub(crate) async fn measure(backend: Backend, runs: usize, with_peers: bool) -> anyhow::Result<Vec<Row>> {
    let peers = match backend {
        Backend::Postgres | Backend::Redis if with_peers => Some(peers::install().await?),
        _ => None,
    };
    let mut all = Vec::with_capacity(runs);
    for number in 1..=runs {
        eprintln!("{backend:?}: run {number} of {runs}");
        all.push(run(backend, peers.as_deref()).await?);
    }
    Ok(rows(backend, &all))
}

async fn run(backend: Backend, peers: Option<&Path>) -> anyhow::Result<Run> {
    let folder = tempfile::tempdir()?;
    let mut run = Run::default();
    let database = Database::start(backend, &folder).await?;
    match backend {
        Backend::Sqlite => run.plain = Some(baselines::sqlite(folder.path()).await?),
        Backend::Postgres => run.plain = Some(baselines::postgres(&database.url, folder.path()).await?),
        Backend::Redis | Backend::Nats => {}
    }
    live(backend, &database, &mut run).await?;
    database.stop().await?;

    let database = Database::start(backend, &folder).await?;
    run.waiting = waiting(&database).await?;
    database.stop().await?;

    if let Some(peers) = peers {
        let database = Database::start(backend, &folder).await?;
        if backend == Backend::Postgres {
            run.peer = Some(peers::graphile(peers, &database.url, WAITING / 2).await?);
            run.batched = Some(peers::graphile_batched(peers, &database.url, WAITING).await?);
        } else {
            run.peer = Some(peers::bullmq(peers, &database.url, backend.posted()).await?);
        }
        database.stop().await?;
    }
    Ok(run)
}

/// Posts while the worker runs.
async fn live(backend: Backend, database: &Database, run: &mut Run) -> anyhow::Result<()> {
    const WARM: usize = 100;
    let expected = backend.posted();
    let mut receiver = Receiver::start(&database.url, true, WARM + expected).await?;
    receiver.go().await?;
    let load = |deliveries| Load {
        deliveries,
        connections: CONNECTIONS,
        bytes: BYTES,
    };
    load(WARM).post(&receiver.url).await?;
    let answers = load(expected).post(&receiver.url).await?;
    let done = receiver.done().await?;
    (run.accepted, run.within) = (answers.a_second(), answers.within(99));
    run.worked_off = rate(expected, since(answers.began, done)?);
    receiver.stop().await
}

/// Stores first, and works off then.
async fn waiting(database: &Database) -> anyhow::Result<f64> {
    let receiver = Receiver::start(&database.url, false, NEVER).await?;
    let load = Load {
        deliveries: WAITING,
        connections: CONNECTIONS,
        bytes: BYTES,
    };
    load.post(&receiver.url).await?;
    receiver.stop().await?;
    let mut receiver = Receiver::start(&database.url, true, WAITING).await?;
    let began = now();
    receiver.go().await?;
    let done = receiver.done().await?;
    receiver.stop().await?;
    Ok(rate(WAITING, since(began, done)?))
}

fn since(began: u128, ended: u128) -> anyhow::Result<Duration> {
    let nanos = ended.checked_sub(began).context("the clock was set back")?;
    Ok(Duration::from_nanos(u64::try_from(nanos)?))
}

fn rows(backend: Backend, runs: &[Run]) -> Vec<Row> {
    let of = |figure: &dyn Fn(&Run) -> Option<f64>| runs.iter().filter_map(figure).collect::<Vec<_>>();
    let (accepted, worked_off) = (of(&|run| Some(run.accepted)), of(&|run| Some(run.worked_off)));
    let waiting = of(&|run| Some(run.waiting));
    let within = of(&|run| Some(run.within.as_secs_f64() * 1000.0));
    let plain = of(&|run| run.plain);
    let peer = |figure: fn(&peers::Peer) -> f64| of(&|run| run.peer.as_ref().map(figure));
    let batched = of(&|run| run.batched.map(|peer| peer.waiting));
    let name = format!("{backend:?}");
    let row = |what: &str| Row::new(&name, what);
    let a_second = |what: &str, figures: &[f64]| row(what).a_second(figures);
    let mut rows = match backend {
        Backend::Sqlite => vec![
            a_second("accepted", &accepted).beside("single-row commits", &plain, 0.4),
            a_second("worked off, from the first post", &worked_off).beside("single-row commits", &plain, 0.4),
            a_second("worked off, of 10,000 that wait", &waiting).beside("single-row commits", &plain, 0.4),
        ],
        Backend::Postgres => vec![
            a_second("accepted", &accepted).beside("pgbench's inserts", &plain, 0.0),
            a_second("worked off, from the first post", &worked_off).beside("pgbench's inserts", &plain, 0.35),
            a_second("worked off, from the first post", &worked_off).beside(
                "graphile-worker",
                &peer(|it| it.both),
                1.0,
            ),
            a_second("worked off, of 10,000 that wait", &waiting).beside(
                "graphile-worker",
                &peer(|it| it.waiting),
                1.0,
            ),
            a_second("worked off, of 10,000 that wait", &waiting).beside("graphile-worker, batched", &batched, 0.5),
        ],
        Backend::Redis => vec![
            a_second("accepted", &accepted).beside("BullMQ", &peer(|it| it.added), 1.0),
            a_second("worked off, from the first post", &worked_off).beside("BullMQ", &peer(|it| it.both), 1.0),
            a_second("worked off, of 10,000 that wait", &waiting).beside("BullMQ", &peer(|it| it.waiting), 1.0),
        ],
        Backend::Nats => vec![
            a_second("accepted", &accepted),
            a_second("worked off, from the first post", &worked_off),
            a_second("worked off, of 10,000 that wait", &waiting),
        ],
    };
    rows.insert(1, row("99 % answered within").milliseconds(&within, 150.0));
    rows
}
