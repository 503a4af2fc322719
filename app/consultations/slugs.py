"""What types and phases are called in addresses. Kept forever."""

from app.consultations.states import ConsultationType, Phase

TYPE_SLUGS = {
    ConsultationType.LAND_PLAN: "quy-hoach-su-dung-dat",
    ConsultationType.LAND_YEAR_PLAN: "ke-hoach-su-dung-dat",
    ConsultationType.LAND_ADJUSTMENT: "dieu-chinh-quy-hoach",
    ConsultationType.DRAFT_TEXT: "du-thao-van-ban",
    ConsultationType.PROJECT: "du-an",
    ConsultationType.BUDGET: "ngan-sach",
    ConsultationType.OTHER: "khac",
}
TYPES = {slug: kind for kind, slug in TYPE_SLUGS.items()}
PHASE_SLUGS = {
    Phase.OPEN: "dang-lay-y-kien",
    Phase.UPCOMING: "sap-mo",
    Phase.SUMMARISING: "dang-tong-hop",
    Phase.RESULT: "da-co-ket-qua",
}
PHASES = {slug: phase for phase, slug in PHASE_SLUGS.items()}
