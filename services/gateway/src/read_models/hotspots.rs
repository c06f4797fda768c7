//! Where pupils learn outside school, when they come, and whether they came.

mod attendance;
mod hotspot_list;
mod sessions;

use crate::Gateway;
use chassis::Service;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<Gateway> {
    OpenApiRouter::new()
        .routes(routes!(hotspot_list::list_hotspots))
        .routes(routes!(hotspot_list::show_hotspot))
        .routes(routes!(sessions::list_sessions))
        .routes(routes!(sessions::show_session))
        .routes(routes!(attendance::list_attendance))
}

pub(crate) fn projections(service: Service) -> Service {
    service.projection(hotspot_list::Hotspots).projection(sessions::Sessions).projection(attendance::Attendance)
}
