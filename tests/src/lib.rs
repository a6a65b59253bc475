//! The contract is in `it`. This file compiles the examples in the READMEs, which use several crates each: a crate that
//! compiled its own would need dependencies for its README alone.

macro_rules! readme {
    ($name:ident, $path:literal) => {
        #[cfg(doctest)]
        #[doc = include_str!($path)]
        struct $name;
    };
}

readme!(Workspace, "../../README.md");
readme!(KnowrithmEvents, "../../crates/knowrithm-events/README.md");
readme!(TowerWebhook, "../../crates/tower-webhook/README.md");
readme!(TowerWebhookAxum, "../../crates/tower-webhook-axum/README.md");
readme!(TowerWebhookHandshake, "../../crates/tower-webhook-handshake/README.md");
readme!(TowerWebhookHyper, "../../crates/tower-webhook-hyper/README.md");
readme!(TowerWebhookInbox, "../../crates/tower-webhook-inbox/README.md");
readme!(TowerWebhookServer, "../../crates/tower-webhook-server/README.md");
readme!(TowerWebhookWarp, "../../crates/tower-webhook-warp/README.md");
