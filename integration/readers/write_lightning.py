"""Lightning's CSV logger: one run of a linear model."""
import sys, torch, lightning
from lightning.pytorch.loggers import CSVLogger

class Linear(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 2)
    def step(self, batch, name):
        x, y = batch
        logits = self.layer(x)
        loss = torch.nn.functional.cross_entropy(logits, y)
        self.log(f"{name}_loss", loss)
        self.log(f"{name}_acc", (logits.argmax(-1) == y).float().mean())
        return loss
    def training_step(self, batch, _): return self.step(batch, "train")
    def validation_step(self, batch, _): self.step(batch, "val")
    def configure_optimizers(self): return torch.optim.SGD(self.parameters(), 0.1)

torch.manual_seed(1)
x = torch.randn(128, 4)
data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, (x.sum(-1) > 0).long()), batch_size=16)
lightning.Trainer(max_epochs=6, accelerator="cpu", log_every_n_steps=2, enable_progress_bar=False, enable_model_summary=False,
                  enable_checkpointing=False, logger=CSVLogger(sys.argv[1])).fit(Linear(), data, data)
