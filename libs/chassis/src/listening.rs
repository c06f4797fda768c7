//! Listens with a backlog of our own choice: that of the standard library holds 128 connections, which is one burst.

use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpSocket};

/// Listens on an address. Connections beyond `backlog` that nobody has accepted yet are dropped by the kernel, and come
/// again a second later.
///
/// # Errors
/// When the address is taken, or not of this machine.
pub fn listen(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // As the standard library does: a port is free again at once when its last process ended.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(backlog)
}
