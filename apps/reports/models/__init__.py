"""What is stored about reports."""

from apps.reports.models.applications import AppliedReport, RuleApplication
from apps.reports.models.casework import BlurredPhoto, Follower, Merge, Question, ReplyTemplate
from apps.reports.models.desk import BulkChange, BulkChangeItem, Cover, DefaultView, SavedView
from apps.reports.models.handover import Agreement, Handover, HandoverLink
from apps.reports.models.report import DESCRIPTION_LIMIT, UNTRACKED, Contact, Event, Report, ReportPhoto
