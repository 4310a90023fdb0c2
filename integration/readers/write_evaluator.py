"""sentence-transformers: the CSV of an evaluator, called at the end of each epoch."""
import os, sys
from sentence_transformers import SentenceTransformer
from sentence_transformers.evaluation import EmbeddingSimilarityEvaluator
from sentence_transformers.models import BoW
model = SentenceTransformer(modules=[BoW(vocab=["red", "green", "blue", "cat", "dog"])], device="cpu")
evaluator = EmbeddingSimilarityEvaluator(["red cat", "blue dog", "green cat", "red dog"], ["red dog", "red cat", "green dog", "red dog"], [0.5, 0.1, 0.6, 1.0], name="dev")
os.makedirs(f"{sys.argv[1]}/eval")
for epoch in range(6):
    evaluator(model, output_path=f"{sys.argv[1]}/eval", epoch=epoch, steps=-1)
