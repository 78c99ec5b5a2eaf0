//! The routes, by what is asked. A handler reads the request, asks the gate, answers.

mod packument;
mod pass;
mod tarball;

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{Method, Response, StatusCode},
};

use crate::{
    names::{Asked, asked},
    problem,
    server::Gate,
};

/// Every request.
pub async fn route(
    State(gate): State<Gate>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let read_only = matches!(*request.method(), Method::GET | Method::HEAD);
    match asked(request.uri().path()) {
        Asked::Packument(name) if read_only => packument::document(&gate, &name, request.headers()).await,
        Asked::Single(name, wanted) if read_only => packument::single(&gate, &name, &wanted).await,
        Asked::DistTags(name) if read_only => packument::dist_tags(&gate, &name).await,
        Asked::Tarball(name, file) if read_only => tarball::tarball(&gate, &name, &file, client).await,
        Asked::Packument(name) | Asked::Single(name, _) | Asked::DistTags(name) | Asked::Tarball(name, _) => {
            pass::on(&gate, Some(&name), request).await
        }
        Asked::Registry if request.uri().path() == "/-/ping" => problem::json_ok("{}"),
        Asked::Registry => pass::on(&gate, None, request).await,
        Asked::Nothing => problem::plain(
            StatusCode::NOT_FOUND,
            "no package, tarball or registry route by this path",
        ),
    }
}
