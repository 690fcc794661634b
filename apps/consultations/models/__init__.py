"""Consultations: what is planned where, when everybody may say something, the papers to read, and their proof."""

from apps.consultations.models.areas import RoundArea
from apps.consultations.models.consultation import LONG_TEXT, Consultation
from apps.consultations.models.documents import Document
from apps.consultations.models.periods import ParticipationPeriod
from apps.consultations.models.proof import ProofEntry
from apps.consultations.models.publication import NOTICE_LENGTH, PortalEntry, PublicationOverride, PublicNotice
from apps.consultations.models.sheets import PlanSheet
