"""Folds an app's tree into what it makes: `machine.run_app` is the way in; its modules evaluate each other's parts."""
