"""Statements, what is weighed in them, who was asked, and what is kept of an unfinished form."""

from apps.statements.models.authorities import Authority, Invitation
from apps.statements.models.drafts import Draft
from apps.statements.models.exports import Export
from apps.statements.models.neighbours import Mailing
from apps.statements.models.procedure import ProcedureFile
from apps.statements.models.statement import Attachment, Place, Reference, SenderData, Statement
from apps.statements.models.weighing import Group, Result, Segment
