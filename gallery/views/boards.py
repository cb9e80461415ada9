"""Boards: all of them, a new one, another name or reach, the end of one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from brandstudio.core.input.acts import one_of
from brandstudio.core.problems import Refused
from gallery.models import Board
from gallery.pages.boards import boards_of
from gallery.services import boards
from gallery.views.refusals import refuse


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def board_list(request):
    """One's own boards and the team's; a post makes one."""
    if request.method != "POST":
        return render(request, "gallery/board_list.html", {"boards": boards_of(request.user)})
    data = request.POST
    try:
        board = boards.make(request.user, data.get("name", ""), is_team=bool(data.get("team")))
    except Refused as error:
        return refuse(request, error, "gallery:board-list")
    messages.success(request, _("The board is there. Choose pictures in the list to lay on it."))
    return redirect(board)


@login_required
@require_POST
def board_edit(request, pk):
    """Change a board that one keeps, or remove it; its pictures stay."""
    board = get_object_or_404(Board.objects.kept_by(request.user), pk=pk)
    data = request.POST
    if one_of(data.get("act"), ("", "remove")):
        boards.remove(board, request.user)
        messages.success(request, _("The board is gone; its pictures are where they were."))
        return redirect("gallery:board-list")
    try:
        boards.change(board, request.user, data.get("name", ""), is_team=bool(data.get("team")))
    except Refused as error:
        return refuse(request, error, "gallery:board-list")
    messages.success(request, _("Saved."))
    return redirect("gallery:board-list")
