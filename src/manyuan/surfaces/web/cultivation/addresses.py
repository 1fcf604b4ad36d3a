"""Addresses of cultivation."""

from django.urls import URLPattern, path

from manyuan.surfaces.web.cultivation import anchor_pages, plan_pages, pool_pages, tier_pages

urlpatterns: list[URLPattern] = [
    path("tiers/", tier_pages.tiers, name="tiers"),
    path("tiers/judge/", tier_pages.tiers_judge, name="tiers_judge"),
    path("tiers/enterprises/", tier_pages.tier_places, name="tier_places"),
    path("tiers/turns/", tier_pages.tier_turns, name="tier_turns"),
    path("tiers/pool/", pool_pages.growth_pool, name="growth_pool"),
    path("tiers/pool/enter/", pool_pages.pool_enter, name="pool_enter"),
    path("tiers/pool/<int:pk>/", pool_pages.pool_entry, name="pool_entry"),
    path("enterprises/<str:uscc>/tiers/", tier_pages.my_tiers, name="my_tiers"),
    path("enterprises/<str:uscc>/research/", tier_pages.research, name="research_check"),
    path("enterprises/<str:uscc>/plan/", plan_pages.plan_new, name="plan_new"),
    path("enterprises/<str:uscc>/anchor/", anchor_pages.anchor_new, name="anchor_new"),
    path("plans/", plan_pages.plan_list, name="plans"),
    path("plans/<str:number>/", plan_pages.plan, name="plan"),
    path("plans/<str:number>/act/", plan_pages.plan_act, name="plan_act"),
    path("anchors/", anchor_pages.anchor_list, name="anchors"),
    path("anchors/<int:pk>/", anchor_pages.anchor, name="anchor"),
    path("anchors/<int:pk>/act/", anchor_pages.anchor_act, name="anchor_act"),
]
