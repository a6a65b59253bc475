//! The handshakes, one provider a file. Each adds a constructor to [`HandshakeLayer`](crate::HandshakeLayer).

mod asana;
mod discord;
mod dropbox;
mod meta;
mod microsoft_graph;
mod okta;
mod slack;
mod trello;
mod twitch;
mod woocommerce;
mod x_com;
mod xero;
mod zoom;
