"""The guided study of a workspace: from its objective to segments that may be believed."""

from segmentry.workspace.studying.room import StudyRoom

__all__ = ["StudyRoom"]
