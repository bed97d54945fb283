"""From files to what all conversations of one business share."""

from pathlib import Path

from adapters.files import read_text
from adapters.fit.artefact import read_fitted
from adapters.learning import artefact
from nlu.pipeline import Understander, load_models
from offers.catalog import load_catalog
from offers.conversation import Desk
from offers.matching import Matcher
from offers.policy import Policy, load_policy
from offers.propensity import NOTHING_LEARNED


def load_desk(
    catalog_path: Path,
    policy_path: Path | None,
    fitted_path: Path | None = None,
    propensity_path: Path | None = None,
) -> Desk:
    """Read catalog and policy, load the models and fit them to the catalog: some seconds.

    Args:
        catalog_path: The business's catalog.
        policy_path: Its policy; None for the defaults.
        fitted_path: Folder that ``rightsell fit`` wrote; None learns the reasons here.
        propensity_path: File that ``rightsell learn`` wrote; None goes by the policy's chances.

    Raises:
        FileError: A file cannot be read.
        FittedError: The folder belongs to another catalog, or was altered.
        ArtefactError: The file belongs to another catalog, or is none.
        CatalogError: Listing every problem of the catalog.
        PolicyError: Listing every problem of the policy.
    """
    catalog = load_catalog(read_text(catalog_path), str(catalog_path))
    policy = load_policy(read_text(policy_path), str(policy_path)) if policy_path else Policy()
    fitted = read_fitted(fitted_path, catalog) if fitted_path else None
    propensity = artefact.read(propensity_path, catalog.id) if propensity_path else NOTHING_LEARNED
    models = load_models()
    understander = Understander(models, catalog.business, fitted)
    return Desk(catalog, policy, understander, Matcher(catalog, models.embedder), propensity)
