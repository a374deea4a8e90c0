"""Files what a reader says was answered wrongly."""

from fastapi import APIRouter

from api.archives import find_own_trace
from api.callers import CallerOf
from api.logs import open_log
from api.reporting import FiledReport, WrongAnswer, write_report
from api.security import CHANGES
from api.state import ArchiveOf, HomeOf, ServingOf
from indexes.complaints import keep_report

router = APIRouter(include_in_schema=False)


@router.post("/page/wrong", status_code=201, dependencies=CHANGES)
def file(body: WrongAnswer, archive: ArchiveOf, serving: ServingOf, home: HomeOf, caller: CallerOf) -> FiledReport:
    """For the key that asked, and for `admin`. The same report again is kept once."""
    trace = find_own_trace(archive, caller, body.trace_id)
    with serving.lend() as opened:  # until it is kept: an article that is deleted meanwhile takes it along afterwards
        report = write_report(body, trace, caller, opened)
        keep_report(home, report.fields, decided=report.why is None)
    open_log("reports").info("wrong answer filed", report=report.id, decided=report.why is None)
    return FiledReport(report=report.id, decided=report.why is None, why=report.why)
