use super::Look;
use crate::model::event::Event;
pub(crate) struct Progress;
impl Progress {
    pub(crate) fn new(_l: Look, _t: u64) -> Self {
        Self
    }
    pub(crate) fn event(&mut self, _e: &Event) {}
    pub(crate) fn finish(self) {}
}
